using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Policies;

/// <summary>Reads retraining policies; every rule that is broken is told at once, with the field, its value and what would be right.</summary>
internal static class PolicyReader
{
    /// <value>Longest duration of anything. 366 days.</value>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private static readonly string[] Computes = ["local", "container-apps", "external"];

    private static readonly JsonSerializerOptions Json = Prepared(RunSpecReader.Json);

    public static Outcome<RetrainingPolicy> Read(JsonElement body)
    {
        List<FieldError> errors = [.. Unknown(body, Json.GetTypeInfo(typeof(RetrainingPolicy)), "")];
        if (errors.Count > 0) return Refused(errors);
        RetrainingPolicy policy;
        try
        {
            policy = body.Deserialize<RetrainingPolicy>(Json)!;
        }
        catch (JsonException wrong)
        {
            string path = wrong.Path is { Length: > 2 } at ? at[2..] : "policy";
            return Refused([new(path, $"{Value(body, path)} is not what belongs there: {Plain(wrong)}")]);
        }

        errors.AddRange(Errors(policy));
        return errors.Count == 0 ? policy : Refused(errors);
    }

    private static IEnumerable<FieldError> Errors(RetrainingPolicy policy) =>
        Triggers(policy).Concat(Data(policy.Data)).Concat(Training(policy)).Concat(Numbers(policy)).Concat(Times(policy)).Concat(policy.Gates.Errors().Select(e => e with { Field = $"gates.{e.Field}" }));

    private static IEnumerable<FieldError> Triggers(RetrainingPolicy policy)
    {
        if (policy.Triggers.Cron is { } cron && CronSchedule.Parse(cron) is { Ok: false } wrong) yield return new("triggers.cron", wrong.Failure!.Detail);
        if (policy.Compute is { } compute && !Computes.Contains(compute)) yield return new("compute", $"'{compute}' is none of {string.Join(", ", Computes)}.");
    }

    private static IEnumerable<FieldError> Data(DataPolicy data)
    {
        if (data.Source != DataSourceKind.Log && data.Blob is null) yield return new("data.blob", $"is missing, and data.source is {Word(data.Source)}: name the file, such as datasets/history.csv.");
        if (data.Source == DataSourceKind.Log && data.Blob is { } unused) yield return new("data.blob", $"'{unused}' would not be read, as data.source is log: set it to blob or both.");
        if (data.Blob is { } blob && (!BlobReference.Parse(blob).Ok || !(blob.EndsWith(".csv", StringComparison.Ordinal) || blob.EndsWith(".csv.gz", StringComparison.Ordinal))))
            yield return new("data.blob", $"'{blob}' is no file of training data: write container/path of a .csv or .csv.gz file, such as datasets/history.csv.");
        if (data.Days is < 1 or > 366) yield return new("data.days", $"{data.Days} is outside 1 to 366.");
        if (data.LeastRows < 20) yield return new("data.leastRows", $"{data.LeastRows} is less than 20, from which nothing can be learned and judged.");
        if (data.MostRows < data.LeastRows || data.MostRows > 1_000_000) yield return new("data.mostRows", $"{data.MostRows} is outside data.leastRows ({data.LeastRows}) to 1000000.");
    }

    private static IEnumerable<FieldError> Training(RetrainingPolicy policy)
    {
        if (policy.Training.ValueKind != JsonValueKind.Object)
        {
            yield return new("training", "is not an object: give task, label and features as docs/training-contract.md says.");
            yield break;
        }

        foreach (string name in new[] { "contract", "dataset", "output" })
        {
            if (policy.Training.TryGetProperty(name, out _)) yield return new($"training.{name}", "is set by the suite for each run; leave it out.");
        }

        if (policy.Spec("datasets/any.csv", null) is { Ok: false } wrong)
        {
            foreach (var error in wrong.Failure!.Errors.DefaultIfEmpty(new("", wrong.Failure.Detail))) yield return error with { Field = error.Field.Length == 0 ? "training" : $"training.{error.Field}" };
        }
    }

    private static IEnumerable<FieldError> Numbers(RetrainingPolicy policy)
    {
        if (!(policy.Budget.MinutesARun is > 0 and <= 7 * 24 * 60)) yield return new("budget.minutesARun", $"{policy.Budget.MinutesARun} is outside 0 (not included) to 10080, a week.");
        if (!(policy.Budget.MinutesAMonth >= policy.Budget.MinutesARun)) yield return new("budget.minutesAMonth", $"{policy.Budget.MinutesAMonth} is less than budget.minutesARun ({policy.Budget.MinutesARun}): no run would ever begin.");
        if (policy.Watch.LeastRows < 10) yield return new("watch.leastRows", $"{policy.Watch.LeastRows} is less than 10.");
        if (policy.Watch.LeastTraffic is not (>= 0 and < 1)) yield return new("watch.leastTraffic", $"{policy.Watch.LeastTraffic} is outside 0 to 1.");
        if (policy.Watch.MostLatency is not (>= 1 and <= 1000)) yield return new("watch.mostLatency", $"{policy.Watch.MostLatency} is outside 1 to 1000.");
        if (policy.Watch.MostShift is not (> 0 and <= 1)) yield return new("watch.mostShift", $"{policy.Watch.MostShift} is outside 0 (not included) to 1, where answers are never judged.");
        if (policy.Watch.MostLoss is not (>= 0 and <= 1)) yield return new("watch.mostLoss", $"{policy.Watch.MostLoss} is outside 0 to 1.");
    }

    private static IEnumerable<FieldError> Times(RetrainingPolicy policy)
    {
        (string Field, TimeSpan Value, TimeSpan Least)[] times =
        [
            ("coolDown", policy.CoolDown, TimeSpan.Zero), ("approval.deadline", policy.Approval.DeadlineOrUsual, TimeSpan.FromSeconds(1)), ("approval.reminder", policy.Approval.ReminderOrUsual, TimeSpan.FromSeconds(1)),
            ("watch.duration", policy.Watch.Duration, TimeSpan.Zero), ("watch.every", policy.Watch.Every, TimeSpan.FromSeconds(1)),
        ];
        return times.Where(t => t.Value < t.Least || t.Value > Longest).Select(t => new FieldError(t.Field, $"{t.Value:c} is outside {t.Least:c} to {Longest:c} (d.hh:mm:ss)."));
    }

    private static IEnumerable<FieldError> Unknown(JsonElement element, JsonTypeInfo type, string path)
    {
        if (element.ValueKind != JsonValueKind.Object || type.Kind != JsonTypeInfoKind.Object) yield break;
        foreach (JsonProperty field in element.EnumerateObject())
        {
            string at = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            var known = type.Properties.FirstOrDefault(p => p.Name == field.Name);
            if (known is null)
            {
                yield return new(at, $"is not known; {(path.Length == 0 ? "a policy" : path)} has {string.Join(", ", type.Properties.Select(p => p.Name).Order(StringComparer.Ordinal))}.");
                continue;
            }

            foreach (FieldError inner in Unknown(field.Value, Json.GetTypeInfo(known.PropertyType), at)) yield return inner;
        }
    }

    private static JsonSerializerOptions Prepared(JsonSerializerOptions options)
    {
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static string Value(JsonElement body, string path)
    {
        foreach (string name in path.Split('.'))
        {
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name, out body)) return "It";
        }

        string text = body.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }

    private static string Plain(JsonException wrong)
    {
        string text = wrong.Message;
        int at = text.IndexOf(" Path:", StringComparison.Ordinal);
        text = at < 0 ? text : text[..at];
        return text.Contains("System.TimeSpan", StringComparison.Ordinal) ? "write a duration as \"d.hh:mm:ss\", such as \"1.00:00:00\"."
            : text.Contains("Tidemark.", StringComparison.Ordinal) || text.Contains("System.", StringComparison.Ordinal) ? "see docs/retraining.md for the field." : text;
    }

    private static string Word(DataSourceKind kind) => kind.ToString().ToLower(CultureInfo.InvariantCulture);

    private static Failure Refused(IReadOnlyList<FieldError> errors) =>
        new(FailureKind.Malformed, "Policy refused", string.Join(' ', errors.Select(e => $"{e.Field}: {e.Detail}"))) { Errors = errors };
}
