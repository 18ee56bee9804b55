"""Tests of the questionnaire: names, rules, facts, scripted answers and the prompt."""
