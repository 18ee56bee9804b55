"""The questionnaire: names, rules, facts, and both ways of answering."""
