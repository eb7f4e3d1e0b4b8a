// Before the table is read: only its first rows are laid out, until the script has taken the others out.
document.documentElement.className = "js";
