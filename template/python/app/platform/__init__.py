"""Technical capabilities, one package each; none imports a module."""
