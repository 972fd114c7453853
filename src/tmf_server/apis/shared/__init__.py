"""What several families declare alike. Data only."""
