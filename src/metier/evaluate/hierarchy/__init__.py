"""How well is a hierarchy of codes known? Trees, questions, prompts, recited paths and their scores."""
