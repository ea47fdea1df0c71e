using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>How much a result tells, from one word to every unexpected row.</summary>
public enum ResultDetail
{
    BooleanOnly,
    Basic,
    Summary,
    Complete,
}

/// <summary>Great Expectations' <c>result_format</c>: a word or an object.</summary>
public sealed record ResultFormat(ResultDetail Detail)
{
    public static ResultFormat Default { get; } = new(ResultDetail.Summary);

    /// <value>How many unexpected values the partial lists hold. Default: 20.</value>
    public int PartialUnexpectedCount { get; init; } = 20;

    /// <value>Columns that identify a row in <c>unexpected_index_list</c>. Default: none, the row number does.</value>
    public IReadOnlyList<string> IndexColumns { get; init; } = [];

    /// <value>Whether whole unexpected rows are returned. Default: no.</value>
    public bool IncludeUnexpectedRows { get; init; }

    /// <value>Whether unexpected values are left out, for data that may not leave. Default: no.</value>
    public bool ExcludeUnexpectedValues { get; init; }

    /// <summary>The format, or the fault of a <paramref name="node"/> that is none; nothing given is <see cref="Default"/>.</summary>
    public static (ResultFormat Format, Fault? Fault) Parse(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return (Default, null);
            case JsonValue value when value.TryGetValue(out string? word):
                return Word(word) is { } detail ? (new ResultFormat(detail), null) : (Default, Unknown(word));
            case JsonObject options:
                return FromObject(options);
            default:
                return (Default, Unknown(node.ToJsonString()));
        }
    }

    private static (ResultFormat Format, Fault? Fault) FromObject(JsonObject options)
    {
        var arguments = new Arguments("result_format", options);
        string? word = arguments.OptionalText("result_format");
        var format = new ResultFormat(Word(word ?? "SUMMARY") ?? ResultDetail.Summary)
        {
            PartialUnexpectedCount = (int)Math.Clamp(arguments.Whole("partial_unexpected_count") ?? 20, 0, 1_000_000),
            IndexColumns = arguments.Texts("unexpected_index_column_names") ?? [],
            IncludeUnexpectedRows = arguments.Flag("include_unexpected_rows"),
            ExcludeUnexpectedValues = arguments.Flag("exclude_unexpected_values"),
        };
        arguments.Ignore("return_unexpected_index_query");
        arguments.RefuseUnread();
        return (format, Word(word ?? "SUMMARY") is null ? Unknown(word) : arguments.Fault);
    }

    private static ResultDetail? Word(string word) => word switch
    {
        "BOOLEAN_ONLY" => ResultDetail.BooleanOnly,
        "BASIC" => ResultDetail.Basic,
        "SUMMARY" => ResultDetail.Summary,
        "COMPLETE" => ResultDetail.Complete,
        _ => null,
    };

    private static Fault Unknown(string? word) =>
        Expectations.Fault.Value($"Unknown result_format {word}: use BOOLEAN_ONLY, BASIC, SUMMARY or COMPLETE.");
}
