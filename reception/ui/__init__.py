"""Windows and pages: a store joined to widgets, gestures turned into verbs."""
