"""Updates of repositories that a team has edited: new answers, new releases, new modules."""
