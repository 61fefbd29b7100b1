"""How people name conferences and their days."""
