"""Extensions of Copier: the rules of the questionnaire, facts about its answers, optional files."""
