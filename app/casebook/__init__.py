"""What reviewers make of testimony: sealed records, their keys, custody, the index."""
