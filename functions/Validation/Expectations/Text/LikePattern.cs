using System.Text;
using System.Text.RegularExpressions;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// A pattern of SQL's LIKE over the whole text: <c>%</c> any text, <c>_</c> one character, <c>\</c> takes the next literally, and (as SQL
/// Server has it) <c>[abc]</c>, <c>[a-z]</c>, <c>[^a]</c> one of a set. Upper and lower case differ, as in PostgreSQL.
/// </summary>
internal static class LikePattern
{
    public static string ToRegex(string pattern)
    {
        var regex = new StringBuilder(@"(?s)\A");
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            int close = c == '[' ? pattern.IndexOf(']', i + 1) : -1;
            if (close > i + 1)
            {
                bool negated = pattern[i + 1] == '^' && close > i + 2;
                string members = pattern[(i + (negated ? 2 : 1))..close].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal);
                regex.Append(negated ? "[^" : "[").Append(members).Append(']');
                i = close;
            }
            else
            {
                regex.Append(c switch
                {
                    '%' => ".*",
                    '_' => ".",
                    '\\' when i + 1 < pattern.Length => Regex.Escape(pattern[++i].ToString()),
                    _ => Regex.Escape(c.ToString()),
                });
            }
        }

        return regex.Append(@"\Z").ToString();
    }
}
