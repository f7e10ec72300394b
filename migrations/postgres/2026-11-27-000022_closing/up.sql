-- When its owner closed an account; it then carries no name and no mail address any more and never opens again.
ALTER TABLE accounts ADD COLUMN closed_at TIMESTAMP;
