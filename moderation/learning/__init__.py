"""What the civility model may learn from facilitators' decisions: labelled examples, consented and pseudonymous."""
