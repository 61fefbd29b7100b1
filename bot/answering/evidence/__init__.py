"""What the notes hold on a question, and how sure that is."""
