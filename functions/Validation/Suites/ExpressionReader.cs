using System.Globalization;
using System.Text.RegularExpressions;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>
/// Evaluates a parameter expression: <c>+ - * / ^</c>, parentheses, numbers, parameter names, <c>PI</c>, <c>E</c>, the functions sin, cos,
/// tan, exp, abs, trunc, round, sgn, hypot, multiply, <c>now()</c> and <c>timedelta(weeks=…, days=…, hours=…, minutes=…, seconds=…)</c>.
/// Values are numbers (<see cref="double"/>), moments (<see cref="DateTime"/>) and spans (<see cref="TimeSpan"/>).
/// </summary>
internal sealed partial class ExpressionReader
{
    private const int MostDepth = 64;
    private readonly List<string> tokens;
    private readonly Func<string, object?> parameter;
    private readonly TimeProvider clock;
    private int at, depth;

    public ExpressionReader(string expression, Func<string, object?> parameter, TimeProvider clock)
    {
        (this.parameter, this.clock) = (parameter, clock);
        tokens = expression.Length > 1000 ? [] : Token().Matches(expression).Select(match => match.Value).ToList();
    }

    /// <summary>Why there is no value.</summary>
    public string? Problem { get; private set; }

    private string Current => at < tokens.Count ? tokens[at] : "";

    public object? Read()
    {
        object? value = Sum();
        if (value is not null && at < tokens.Count)
            value = Wrong($"'{Current}' is not expected");
        return value is TimeSpan ? Wrong("it is a span of time, not a value") : value is double and (double.NaN or double.PositiveInfinity or double.NegativeInfinity) ? Wrong("it is not a finite number") : value;
    }

    private object? Sum()
    {
        if (++depth > MostDepth)
            return Wrong("it is nested too deeply");
        object? left = Product();
        while (left is not null && Current is "+" or "-")
        {
            bool plus = tokens[at++] == "+";
            left = (left, Product()) switch
            {
                (double a, double b) => plus ? a + b : a - b,
                (DateTime a, TimeSpan b) => Shift(a, plus ? b : -b),
                (TimeSpan a, TimeSpan b) => plus ? a + b : a - b,
                (DateTime a, DateTime b) when !plus => a - b,
                _ => Wrong("these can't be added or subtracted"),
            };
        }

        depth--;
        return left;
    }

    private object? Shift(DateTime moment, TimeSpan span) =>
        moment.Ticks + span.Ticks is >= 0 and var ticks && ticks <= DateTime.MaxValue.Ticks ? moment + span : Wrong("the date is out of range");

    private object? Product()
    {
        object? left = Power();
        while (left is not null && Current is "*" or "/")
        {
            bool times = tokens[at++] == "*";
            left = (left, Power()) is (double a, double b) ? times ? a * b : a / b : Wrong("only numbers are multiplied and divided");
        }

        return left;
    }

    private object? Power()
    {
        object? left = Unary();
        if (left is null || Current is not ("^" or "**"))
            return left;
        at++;
        return (left, Power()) is (double a, double b) ? Math.Pow(a, b) : Wrong("only numbers have powers");
    }

    private object? Unary()
    {
        int signs = 0;
        while (Current is "-" or "+")
            signs += tokens[at++] == "-" ? 1 : 0;
        object? value = Atom();
        return signs % 2 == 0 ? value : value switch { double number => -number, TimeSpan span => -span, _ => Wrong("only numbers have a sign") };
    }

    private object? Atom()
    {
        string token = Current;
        at++;
        if (token == "(")
            return Sum() is { } inner && Take(")") ? inner : Wrong("a parenthesis is not closed");
        if (double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && char.IsAsciiDigit(token[^1]))
            return number;
        if (token.Length > 0 && Current == "(")
            return Call(token);
        return token switch
        {
            "" => Wrong("it ends too early"),
            "PI" => Math.PI,
            "E" => Math.E,
            _ => parameter(token) switch
            {
                null => Wrong($"'{token}' was not given"),
                string text => DateText.Parse(text) is DateTime date ? date : Wrong($"'{token}' is a text, which has no arithmetic"),
                var value => Values.Number(value) is { } known ? known : Wrong($"'{token}' is no number"),
            },
        };
    }

    private object? Call(string name)
    {
        at++;
        var named = new Dictionary<string, double>();
        var given = new List<double>();
        while (Current is not (")" or ""))
        {
            string? key = at + 1 < tokens.Count && tokens[at + 1] == "=" ? tokens[at] : null;
            at += key is null ? 0 : 2;
            if (Sum() is not double value)
                return Wrong($"{name}() takes numbers");
            if (key is null)
                given.Add(value);
            else
                named[key] = value;
            _ = Take(",");
        }

        return Take(")") ? Apply(name, given, named) : Wrong("a parenthesis is not closed");
    }

    private object? Apply(string name, List<double> x, Dictionary<string, double> named) => (name, x.Count) switch
    {
        ("now", 0) => clock.GetUtcNow().UtcDateTime is var now ? DateTime.SpecifyKind(now, DateTimeKind.Unspecified) : null,
        ("timedelta", <= 1) => Span(x.ElementAtOrDefault(0), named),
        ("sin", 1) => Math.Sin(x[0]),
        ("cos", 1) => Math.Cos(x[0]),
        ("tan", 1) => Math.Tan(x[0]),
        ("exp", 1) => Math.Exp(x[0]),
        ("abs", 1) => Math.Abs(x[0]),
        ("trunc", 1) => Math.Truncate(x[0]),
        ("round", 1) => Math.Round(x[0], MidpointRounding.ToEven),
        ("sgn", 1) => double.IsNaN(x[0]) ? x[0] : (double)Math.Sign(x[0]),
        ("hypot", 2) => double.Hypot(x[0], x[1]),
        ("multiply", 2) => x[0] * x[1],
        _ => Wrong($"{name}() with {x.Count} arguments is not known"),
    };

    private object? Span(double days, Dictionary<string, double> named)
    {
        double seconds = days * 86400;
        foreach ((string unit, double amount) in named)
        {
            double? each = unit switch { "weeks" => 604800, "days" => 86400, "hours" => 3600, "minutes" => 60, "seconds" => 1, "milliseconds" => 1e-3, _ => null };
            if (each is null)
                return Wrong($"timedelta() has no '{unit}'");
            seconds += amount * each.Value;
        }

        return Math.Abs(seconds) < 1e11 ? TimeSpan.FromSeconds(seconds) : Wrong("the span is too long");
    }

    private bool Take(string token)
    {
        bool taken = Current == token;
        at += taken ? 1 : 0;
        return taken;
    }

    private object? Wrong(string problem)
    {
        Problem ??= problem;
        return null;
    }

    [GeneratedRegex(@"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[\p{L}_][\w.:]*|\*\*|\S", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
