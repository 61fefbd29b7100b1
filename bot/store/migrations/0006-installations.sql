-- Workspaces that installed the app, each sealed with the key of CONFNOTES_INSTALLATIONS_KEY, and installations under way.
-- The place is the workspace's id, of an installation for a whole organisation that one's.
CREATE TABLE installations (place TEXT PRIMARY KEY, sealed TEXT NOT NULL, installed_at DOUBLE PRECISION NOT NULL);
CREATE TABLE oauth_states (state TEXT PRIMARY KEY, issued_at DOUBLE PRECISION NOT NULL);
