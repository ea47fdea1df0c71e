using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// The eight pattern expectations: regular expressions (searched for, not matched in full) and LIKE patterns, one or a list, to match
/// or not. A number is searched in the text Python writes for it.
/// </summary>
internal sealed class RegexRows : RowMap
{
    private readonly PythonRegex[] patterns;
    private readonly bool wantMatch, all;

    /// <param name="arguments">With the pattern or patterns under <paramref name="name"/>.</param>
    /// <param name="format">How much to tell.</param>
    /// <param name="name">Of the argument: regex, regex_list, like_pattern or like_pattern_list.</param>
    /// <param name="wantMatch">Whether a value should match.</param>
    public RegexRows(Arguments arguments, ResultFormat format, string name, bool wantMatch)
        : base(arguments, format, [arguments.Text("column")])
    {
        bool list = name.EndsWith("_list", StringComparison.Ordinal);
        string match = (list ? arguments.OptionalText("match_on") : null) ?? "any";
        if (match is not ("any" or "all"))
            arguments.Refuse(Fault.Value($"match_on must be 'any' or 'all', not '{match}'."));
        (this.wantMatch, all) = (wantMatch, match == "all");
        IReadOnlyList<string> texts = list ? arguments.Texts(name) ?? [] : [arguments.Text(name)];
        if (texts.Count == 0)
            arguments.Refuse(Fault.Value($"{name} must hold at least one pattern."));
        patterns = texts.Select(text => Compile(arguments, name.StartsWith("like", StringComparison.Ordinal) ? LikePattern.ToRegex(text) : text)).ToArray();
    }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        for (int i = 0; i < unexpected.Length && Fault is null; i++)
        {
            if (considered[i])
                unexpected[i] = Matches(columns[0], i) != wantMatch;
        }
    }

    private static PythonRegex Compile(Arguments arguments, string pattern)
    {
        (PythonRegex? regex, Fault? fault) = PythonRegex.Compile(pattern);
        if (fault is not null)
            arguments.Refuse(fault);
        return regex!;
    }

    private bool Matches(Column column, int row)
    {
        foreach (PythonRegex pattern in patterns)
        {
            bool? found = column is TextColumn text ? pattern.Finds(text.Utf8(row)) : pattern.Finds(PythonText.Of(column.Cell(row)));
            if (found is null)
                Fail(pattern.TooSlow(PythonText.Of(column.Cell(row))));
            if (found != all)
                return found == true;
        }

        return all;
    }
}
