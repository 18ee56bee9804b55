"""Services of a covering set of answers, installed and started on real servers."""
