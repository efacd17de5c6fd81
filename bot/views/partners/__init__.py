"""A partner of the register, the list of partners, and the form that adds one."""
