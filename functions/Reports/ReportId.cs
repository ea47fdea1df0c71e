using System.Globalization;
using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Reports;

/// <summary>Names a report by what it is about, so that making it again makes the same one: <c>{model}.{yyyyMMddHH}.{yyyyMMddHH}</c>, from and to in UTC.</summary>
public readonly record struct ReportId
{
    /// <value>Longest time of a report. 31 days.</value>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    private const string Hour = "yyyyMMddHH";

    private readonly ModelName model;

    private ReportId(ModelName model, DateTimeOffset from, DateTimeOffset to) => (this.model, From, To) = (model, from, to);

    public ModelName Model => model;

    public DateTimeOffset From { get; }

    /// <summary>End, not included.</summary>
    public DateTimeOffset To { get; }

    public bool IsDay => To - From == TimeSpan.FromDays(1) && From.UtcDateTime.TimeOfDay == TimeSpan.Zero;

    public static Outcome<ReportId> Of(ModelName model, DateTimeOffset from, DateTimeOffset to) =>
        from < to && to - from <= Longest && IsHour(from) && IsHour(to)
            ? new ReportId(model, from.ToUniversalTime(), to.ToUniversalTime())
            : new Failure(FailureKind.Malformed, "Not a window", $"A report is about whole hours, of which 'from' comes before 'to', at most {Longest.TotalDays} days before.");

    public static ReportId OfDay(ModelName model, DateTimeOffset day) => new(model, day, day.AddDays(1));

    public static Outcome<ReportId> Parse(string? text)
    {
        string[] parts = text?.Split('.') ?? [];
        return parts.Length == 3 && Time(parts[1]) is { } from && Time(parts[2]) is { } to
            ? ModelName.Parse(parts[0]).Then(model => Of(model, from, to))
            : new Failure(FailureKind.Malformed, "Not a report", "The id of a report looks like heart.2026112000.2026112100; GET /api/reports?model=heart lists those that are there.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{model}.{Text(From)}.{Text(To)}");

    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(Hour, CultureInfo.InvariantCulture);

    internal static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(text, Hour, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static bool IsHour(DateTimeOffset time) => time.UtcTicks % TimeSpan.TicksPerHour == 0;
}
