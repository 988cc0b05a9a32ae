//! Types and rules shared by the server and the dashboard.
