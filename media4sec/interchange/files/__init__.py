"""What is fetched whole: one result or record in many forms, the dumps, and the files of records."""
