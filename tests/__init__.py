"""The template's tests: the questionnaire, then render, boot and update."""
