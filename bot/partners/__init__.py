"""The register of partners and their assessments. No Slack, no model."""
