//! Comma-separated values (RFC 4180) that a spreadsheet opens without running them.

/// Writes lines of fields, each line ended by CR LF.
#[must_use]
pub fn write<I, L>(lines: I) -> String
where
    I: IntoIterator<Item = L>,
    L: IntoIterator<Item = String>,
{
    let mut out = String::new();
    for line in lines {
        for (i, field) in line.into_iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            push_field(&mut out, &field);
        }
        out.push_str("\r\n");
    }
    out
}

fn push_field(out: &mut String, field: &str) {
    // A spreadsheet takes these for the start of a formula; a negative number is none.
    let formula = field.starts_with(['=', '+', '@', '\t', '\r'])
        || (field.starts_with('-') && !field[1..].bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    let quoted = formula || field.contains(['"', ',', '\n', '\r']);
    if !quoted {
        out.push_str(field);
        return;
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    out.push_str(&field.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be_and_formulas_are_defused() {
        let line = ["a", "b,c", "say \"x\"", "-1.50", "=SUM(A1)", "-1+1"].map(str::to_owned);
        assert_eq!(write([line]), "a,\"b,c\",\"say \"\"x\"\"\",-1.50,\"'=SUM(A1)\",\"'-1+1\"\r\n");
    }
}
