"""What snippets become on a page: widgets, comparisons, questions and timelines."""
