"""Updates of repositories that a team has changed: new answers, new releases, new modules."""
