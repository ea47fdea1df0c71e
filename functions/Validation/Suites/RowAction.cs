using System.Text.Json.Nodes;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>What becomes of a row that fails an expectation.</summary>
public enum RowActionKind
{
    /// <summary>It passes; the failure is noted beside it.</summary>
    Pass,

    /// <summary>The failing or missing value is replaced by one fitted on training data, or by a constant.</summary>
    Impute,

    /// <summary>The value is moved to the nearest bound of <c>expect_column_values_to_be_between</c>.</summary>
    Clip,

    /// <summary>It is set aside with its reason, to be corrected and replayed.</summary>
    Quarantine,

    /// <summary>It is refused.</summary>
    Reject,
}

/// <summary>
/// The row action of an expectation, <c>meta.row_action</c> of its configuration: <c>"quarantine"</c> or
/// <c>{"kind": "impute", "with": "median", "value": 29, "fitted_on": "datasets/heart/3"}</c>.
/// </summary>
/// <param name="Kind">What to do.</param>
/// <param name="With">mean, median or constant, for <see cref="RowActionKind.Impute"/>.</param>
/// <param name="Value">The value to put in; null until a mean or median is fitted.</param>
/// <param name="FittedOn">The training data that the value comes from.</param>
public sealed record RowAction(RowActionKind Kind, string? With = null, object? Value = null, string? FittedOn = null)
{
    /// <summary>An imputation whose mean or median nobody has fitted yet can't be applied.</summary>
    public bool NeedsFitting => Kind == RowActionKind.Impute && (Value is null || (With is not "constant" && FittedOn is null));

    public static (RowAction? Action, Fault? Fault) Parse(JsonNode? node)
    {
        if (node is null)
            return (null, null);
        var arguments = new Arguments("row_action", node as JsonObject ?? new JsonObject { ["kind"] = node.DeepClone() });
        string kind = arguments.Text("kind");
        bool known = Enum.TryParse(kind, ignoreCase: true, out RowActionKind parsed) && !char.IsAsciiDigit(kind[0]);
        var action = new RowAction(parsed, arguments.OptionalText("with"), Values.FromJson(arguments.Node("value")), arguments.OptionalText("fitted_on"));
        arguments.RefuseUnread();
        if (!known)
            arguments.Refuse(Fault.Value($"row_action must be pass, impute, clip, quarantine or reject, not '{kind}'."));
        else if (parsed == RowActionKind.Impute && action.With is not ("mean" or "median" or "constant"))
            arguments.Refuse(Fault.Value("row_action impute needs \"with\": \"mean\", \"median\" or \"constant\"."));
        else if (action is { Kind: RowActionKind.Impute, With: "constant", Value: null })
            arguments.Refuse(Fault.Value("row_action impute with a constant needs \"value\"."));
        return arguments.Fault is null ? (action, null) : (null, arguments.Fault);
    }

    public JsonNode ToJson()
    {
        string kind = Kind.ToString().ToLowerInvariant();
        if (With is null)
            return kind;
        var json = new JsonObject { ["kind"] = kind, ["with"] = With };
        if (Value is not null)
            json["value"] = Values.ToJson(Value);
        if (FittedOn is not null)
            json["fitted_on"] = FittedOn;
        return json;
    }
}
