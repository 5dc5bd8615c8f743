"""How does one's own text become training data? Sentences that name a skill, no sentence of an exam, and negatives."""
