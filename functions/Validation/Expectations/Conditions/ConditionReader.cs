using System.Globalization;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>Reads a row condition by recursive descent: or, and, not, comparison, operand.</summary>
internal sealed class ConditionReader(string text)
{
    private const int MostDepth = 64;
    private readonly ConditionTokens tokens = new(text);
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private int depth;

    /// <summary>What is wrong, when <see cref="Read"/> gives null.</summary>
    public string? Problem { get; private set; }

    public IReadOnlyCollection<string> Names => names;

    public ConditionTerm? Read()
    {
        ConditionTerm? term = Or();
        if (term is not null && tokens.Current.Length > 0)
            term = Wrong("the end");
        return term;
    }

    private ConditionTerm? Or()
    {
        ConditionTerm? left = And();
        while (left is not null && tokens.Take("|", "or"))
        {
            ConditionTerm? right = And();
            left = right is null ? null : Either(left, right);
        }

        return left;
    }

    private static ConditionTerm Either(ConditionTerm left, ConditionTerm right) => (batch, row) => left(batch, row) is true || right(batch, row) is true;

    private ConditionTerm? And()
    {
        ConditionTerm? left = Not();
        while (left is not null && tokens.Take("&", "and"))
        {
            ConditionTerm? right = Not();
            left = right is null ? null : Both(left, right);
        }

        return left;
    }

    private static ConditionTerm Both(ConditionTerm left, ConditionTerm right) => (batch, row) => left(batch, row) is true && right(batch, row) is true;

    private ConditionTerm? Not()
    {
        if (++depth > MostDepth)
            return Wrong($"fewer than {MostDepth} nested parts");
        bool negated = tokens.Take("~", "not", "!");
        ConditionTerm? term = negated ? Not() : Comparison();
        depth--;
        return term is null || !negated ? term : (batch, row) => term(batch, row) is not true;
    }

    private ConditionTerm? Comparison()
    {
        ConditionTerm? left = Operand();
        string sign = tokens.Current;
        bool negated = left is not null && tokens.Take("not");
        if (left is not null && tokens.Take("in"))
            return Membership(left, negated);
        if (left is null || negated || !tokens.Take("==", "!=", "<=", ">=", "<", ">"))
            return negated ? Wrong("'in'") : left;
        ConditionTerm? right = Operand();
        return right is null ? null : (batch, row) => Holds(sign, left(batch, row), right(batch, row));
    }

    private static bool Holds(string sign, object? left, object? right)
    {
        if (sign is "==" or "!=")
            return left is not null && right is not null && ValueKey.Of(left) == ValueKey.Of(right) == (sign == "==") || ((left is null || right is null) && sign == "!=");
        int? order = left is null || right is null ? null : Values.Compare(left, right);
        return order is { } o && sign switch { "<" => o < 0, "<=" => o <= 0, ">" => o > 0, _ => o >= 0 };
    }

    private ConditionTerm? Membership(ConditionTerm left, bool negated)
    {
        if (!tokens.Take("["))
            return Wrong("a list in square brackets");
        var members = new HashSet<UInt128>();
        while (!tokens.Take("]"))
        {
            if (!tokens.TakeLiteral(out object? value))
                return Wrong("a value");
            members.Add(ValueKey.Of(value));
            _ = tokens.Take(",");
        }

        return (batch, row) => members.Contains(ValueKey.Of(left(batch, row))) != negated;
    }

    private ConditionTerm? Operand()
    {
        if (tokens.Take("("))
        {
            ConditionTerm? inner = Or();
            return inner is null ? null : tokens.Take(")") ? Suffixed(inner) : Wrong("')'");
        }

        if (tokens.TakeLiteral(out object? literal))
            return (_, _) => literal;
        if (tokens.TakeColumn() is not { } name)
            return Wrong("a column or a value");
        names.Add(name);
        return Suffixed((batch, row) => Cell(batch.Find(name), row));
    }

    private static object? Cell(Column column, int row) => column.Cell(row) is var cell && cell is double.NaN ? null : cell;

    private ConditionTerm? Suffixed(ConditionTerm term)
    {
        if (!tokens.Take("."))
            return term;
        string method = tokens.Current.ToLower(CultureInfo.InvariantCulture);
        if (method is not ("notnull" or "isnull" or "notna" or "isna"))
            return Wrong("notnull() or isnull()");
        _ = tokens.Take(tokens.Current) && tokens.Take("(") && tokens.Take(")");
        bool wanted = method is "isnull" or "isna";
        return (batch, row) => term(batch, row) is null == wanted;
    }

    private ConditionTerm? Wrong(string wanted)
    {
        Problem ??= $"expected {wanted} at '{tokens.Rest}'";
        return null;
    }
}
