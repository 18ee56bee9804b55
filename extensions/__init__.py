"""What Jinja calls: names, the questionnaire's rules, and facts about the answers."""
