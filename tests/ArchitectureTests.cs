using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Drift;
using Tidemark.Drift.Checks;
using Tidemark.Drift.Detectors;
using Tidemark.Drift.Profiles;
using Tidemark.Drift.Verdicts;
using Tidemark.Feedback;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Operations.Alerts;
using Tidemark.Platform.Access;
using Tidemark.Prediction;
using Tidemark.Registry;
using Tidemark.Validation;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests;

/// <summary>The rules of the house (docs: design, section 3), on the compiled assembly and its sources.</summary>
public sealed partial class ArchitectureTests
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>What a slice uses of another one, and why; everyone may use <c>Platform</c> and the registry's value objects.</summary>
    private static readonly (string User, string Used, string Why)[] Allowed =
    [
        ("Tidemark.Prediction", nameof(ModelDirectory), "the read model that says which version answers"),
        ("Tidemark.Prediction", nameof(ResolvedModel), "its answer"),
        ("Tidemark.Prediction", nameof(ModelManifest), "what the version takes and gives"),
        ("Tidemark.Drift", nameof(ModelDirectory), "the read model: which models to check, which versions there are"),
        ("Tidemark.Drift", nameof(ResolvedModel), "its answer"),
        ("Tidemark.Drift", nameof(ModelManifest), "whose lineage names the reference data"),
        ("Tidemark.Validation", nameof(ModelDirectory), "the read model that says under which suite a version was trained"),
        ("Tidemark.Validation", nameof(ResolvedModel), "its answer"),
        ("Tidemark.Validation", nameof(ModelManifest), "whose lineage names the suite"),
        ("Tidemark.Validation", nameof(LoadRules), "the seam at which predictions ask for a version's rules when they load it"),
        ("Tidemark.Validation", nameof(RowRules), "the rules"),
        ("Tidemark.Validation", nameof(PinLineage), "the seam at which a new version's suite gets its version"),
        ("Tidemark.Validation", nameof(RowsChecked), "what they say of rows"),
        ("Tidemark.BatchScoring", nameof(ModelDirectory), "the read model that says which version is pinned to a job"),
        ("Tidemark.BatchScoring", nameof(ResolvedModel), "its answer"),
        ("Tidemark.BatchScoring", nameof(ModelManifest), "whose outputs become the columns of a result"),
        ("Tidemark.BatchScoring", nameof(RegistryTable), "which version an alias names that a caller asks for"),
        ("Tidemark.BatchScoring", nameof(AliasRow), "its answer"),
        ("Tidemark.BatchScoring", nameof(MoveRow), "what that row has in common with the history of moves: the version"),
        ("Tidemark.BatchScoring", nameof(SessionCache), "models in memory, the same for requests and files"),
        ("Tidemark.BatchScoring", nameof(ModelLease), "holds one of them"),
        ("Tidemark.BatchScoring", nameof(LoadedModel), "the model held"),
        ("Tidemark.BatchScoring", nameof(Exchange), "its reused tensors"),
        ("Tidemark.BatchScoring", nameof(FrameLayout), "how columns of a table go into them"),
        ("Tidemark.BatchScoring", nameof(SuiteBindings), "the suite that a version names"),
        ("Tidemark.BatchScoring", nameof(VersionSuite), "its answer"),
        ("Tidemark.BatchScoring", nameof(SuiteStore), "the suite that a caller names"),
        ("Tidemark.BatchScoring", nameof(SuiteReference), "its name"),
        ("Tidemark.BatchScoring", nameof(SuiteName), "part of that name"),
        ("Tidemark.BatchScoring", nameof(StoredSuite), "what is stored under it"),
        ("Tidemark.BatchScoring", nameof(SuiteGate), "judges the rows of a shard"),
        ("Tidemark.BatchScoring", nameof(GateReport), "its verdict"),
        ("Tidemark.BatchScoring", nameof(RefusedRow), "a row that it refuses"),
        ("Tidemark.BatchScoring", nameof(RowFinding), "a rule that does not hold for a row"),
        ("Tidemark.BatchScoring", nameof(RuleFault), "a rule that could not be evaluated"),
        ("Tidemark.BatchScoring", nameof(ExpectationConfiguration), "the rule of a finding"),
        ("Tidemark.BatchScoring", nameof(Fault), "why a rule could not be evaluated"),
        ("Tidemark.BatchScoring", nameof(AlertOptions), "the key that signs what is posted"),
        ("Tidemark.BatchScoring", nameof(WebhookSignature), "signs callbacks as alerts are signed"),
        ("Tidemark.Feedback", nameof(ModelDirectory), "the read model that says which models there are and what they were worth in training"),
        ("Tidemark.Feedback", nameof(ResolvedModel), "its answer"),
        ("Tidemark.Feedback", nameof(ModelManifest), "the figures of training"),
        ("Tidemark.Feedback", nameof(Detector), "watches the stream of errors"),
        ("Tidemark.Feedback", nameof(DetectorCatalog), "makes, saves and restores detectors"),
        ("Tidemark.Reports", nameof(CheckTable), "where the drift checks of each hour stand"),
        ("Tidemark.Reports", nameof(ColumnPoint), "a column in such an hour"),
        ("Tidemark.Reports", nameof(ColumnSample), "a column's values or categories, laid over its reference"),
        ("Tidemark.Reports", nameof(ColumnVerdict), "what a report says of a column"),
        ("Tidemark.Reports", nameof(DriftPolicy), "the model's own policy, by which a whole time is judged"),
        ("Tidemark.Reports", nameof(DriftSettings), "where the policy stands"),
        ("Tidemark.Reports", nameof(DriftTest), "the name of the test"),
        ("Tidemark.Reports", nameof(DriftVerdict), "what a report says of the inputs and answers"),
        ("Tidemark.Reports", nameof(FoundReference), "what a time is compared with"),
        ("Tidemark.Reports", nameof(MissingShift), "missing values on both sides"),
        ("Tidemark.Reports", nameof(ProfileDocument), "the profile of an hour, merged to the time of a report"),
        ("Tidemark.Reports", nameof(ProfileStore), "where profiles are"),
        ("Tidemark.Reports", nameof(RunRow), "whether the day's last check is done"),
        ("Tidemark.Reports", nameof(SeriesPoint), "a checked hour"),
        ("Tidemark.Reports", nameof(UnseenCategory), "what the reference lacks"),
        ("Tidemark.Reports", nameof(VerdictRow), "a checked hour as stored"),
        ("Tidemark.Reports", nameof(VersionCheck), "the verdict on a whole time"),
        ("Tidemark.Reports", nameof(VersionChecker), "the comparison that the hourly checks make too"),
        ("Tidemark.Reports", nameof(CalibrationBin), "the reliability diagram"),
        ("Tidemark.Reports", nameof(ConfusionView), "the confusion matrix"),
        ("Tidemark.Reports", nameof(EvaluationAnswer), "metrics by the labels"),
        ("Tidemark.Reports", nameof(GroupQuality), "metrics of segments"),
        ("Tidemark.Reports", nameof(Tidemark.Feedback.Quality.Baseline), "what a metric was in training"),
        ("Tidemark.Reports", nameof(MetricEstimate), "metrics without labels"),
        ("Tidemark.Reports", nameof(MetricValue), "a metric with its interval"),
        ("Tidemark.Reports", nameof(Tidemark.Feedback.Quality.QualityFinding), "what the quality checks told"),
        ("Tidemark.Reports", nameof(Tidemark.Feedback.Quality.QualityGap), "estimate and truth"),
        ("Tidemark.Reports", nameof(Tidemark.Feedback.Quality.VersionQuality), "the quality of a version"),
        ("Tidemark.Reports", nameof(Tidemark.Feedback.Quality.WindowQuality), "a counted window"),
        ("Tidemark.Reports", nameof(Tidemark.Feedback.Quality.WindowSpan), "its time"),
        ("Tidemark.Reports", nameof(Tidemark.Feedback.Quality.WindowStore), "where counted windows are"),
        ("Tidemark.Reports", nameof(ModelDirectory), "the read model that says what the version is"),
        ("Tidemark.Reports", nameof(ResolvedModel), "its answer"),
        ("Tidemark.Reports", nameof(ModelManifest), "the facts of the model card"),
        ("Tidemark.Retraining", nameof(ModelDirectory), "the read model: which models there are, what the champion is, files to compare"),
        ("Tidemark.Retraining", nameof(ResolvedModel), "its answer"),
        ("Tidemark.Retraining", nameof(ModelManifest), "whose lineage names the suite and whose classes are watched"),
        ("Tidemark.Retraining", nameof(RegistryTable), "what champion names at this instant, not as cached"),
        ("Tidemark.Retraining", nameof(AliasRow), "its answer"),
        ("Tidemark.Retraining", nameof(MoveRow), "what that row has in common with the history of moves: version and tag"),
        ("Tidemark.Retraining", nameof(Registration), "a verified run becomes a version"),
        ("Tidemark.Retraining", nameof(Registered), "its answer"),
        ("Tidemark.Retraining", nameof(ModelFile), "the bytes"),
        ("Tidemark.Retraining", nameof(ModelMetadata), "where the version comes from"),
        ("Tidemark.Retraining", nameof(Aliases), "the one way to move champion, under the tag that the gates saw"),
        ("Tidemark.Retraining", nameof(AliasMove), "such a move"),
        ("Tidemark.Retraining", nameof(Tidemark.Feedback.Labels.LabelTable), "what came true of logged predictions"),
        ("Tidemark.Retraining", nameof(Validator), "holds frozen data to a suite"),
        ("Tidemark.Retraining", nameof(ValidationRequest), "what to hold to which"),
        ("Tidemark.Retraining", nameof(ValidationResult), "the verdict"),
        ("Tidemark.Retraining", nameof(ExpectationResult), "an expectation that is not held"),
        ("Tidemark.Retraining", nameof(ExpectationConfiguration), "its name and severity"),
        ("Tidemark.Retraining", nameof(SuiteReference), "the suite that the policy or the champion names"),
        ("Tidemark.Retraining", nameof(RunOptions), "how much is told"),
        ("Tidemark.Retraining", nameof(Severity), "whether the data are blocked"),
    ];

    /// <summary>Functions that are asked by POST and change nothing.</summary>
    private static readonly string[] Computing =
        ["Infer", "InferVersion", "Invocations", "RenderDataDocs", "InferSchema", "DetectAnomalies", "EvaluateQuality", "EstimateQuality", "Detect", "CompareDrift"];

    private static readonly string[] ValueObjects = [nameof(ModelName), nameof(ModelVersion), nameof(AliasName), nameof(VersionReference), nameof(AliasReference)];

    private static readonly Assembly Suite = typeof(ModelName).Assembly;

    private static readonly Type[] Types = [.. Suite.GetTypes().Where(t => !t.IsNested && t.Namespace?.StartsWith("Tidemark", StringComparison.Ordinal) == true && !Generated().IsMatch(t.FullName!))];

    private static readonly Type[] Triggers = [.. Types.Where(t => t.GetMethods(Own).Any(m => m.IsDefined(typeof(FunctionAttribute))))];

    [Fact]
    public void Trigger_classes_are_sealed_named_so_and_have_at_most_three_collaborators_of_their_slice()
    {
        Assert.NotEmpty(Triggers);
        foreach (var trigger in Triggers)
        {
            int functions = trigger.GetMethods(Own).Count(m => m.IsDefined(typeof(FunctionAttribute)));
            Assert.True(trigger.IsSealed, $"{trigger} must be sealed.");
            Assert.EndsWith(functions == 1 ? "Function" : "Functions", trigger.Name, StringComparison.Ordinal);
            // An orchestrator knows nothing but its context, so its class is static.
            var collaborators = trigger.IsAbstract ? [] : Assert.Single(trigger.GetConstructors()).GetParameters();
            Assert.True(collaborators.Length <= 3, $"{trigger} has {collaborators.Length} collaborators; three are enough.");
            Assert.All(collaborators, c => Assert.StartsWith(Slice(trigger), c.ParameterType.Namespace, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Functions_carry_the_name_of_their_method() => Assert.All(
        Triggers.SelectMany(t => t.GetMethods(Own)).Where(m => m.IsDefined(typeof(FunctionAttribute))),
        m => Assert.Equal(m.Name, m.GetCustomAttribute<FunctionAttribute>()!.Name));

    [Fact]
    public void Every_http_function_that_changes_something_is_audited_and_no_other_is()
    {
        foreach (var method in Triggers.SelectMany(t => t.GetMethods(Own)).Where(m => m.IsDefined(typeof(FunctionAttribute))))
        {
            var http = method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(a => a is not null);
            bool changes = http?.Methods?.Any(m => m is not "get") == true && !Computing.Contains(method.Name);
            Assert.True(changes == method.IsDefined(typeof(AuditedAttribute)), $"{method.Name}: functions over HTTP that change something, and only those, carry [Audited].");
        }

        Assert.All(Computing, name => Assert.Contains(Triggers.SelectMany(t => t.GetMethods(Own)), m => m.Name == name));
    }

    [Fact]
    public void Only_trigger_classes_orchestrators_activities_setups_the_program_and_the_middleware_mention_the_SDKs()
    {
        string functions = Path.Combine(Repository.Root, "functions");
        foreach (string file in Sources())
        {
            string text = File.ReadAllText(file);
            if (!text.Contains("Microsoft.Azure.Functions", StringComparison.Ordinal) && !text.Contains("DurableTask", StringComparison.Ordinal)) continue;
            string path = Path.GetRelativePath(functions, file);
            Assert.True(
                path == "Program.cs" || path.StartsWith("Platform/Http/", StringComparison.Ordinal) || path.StartsWith("Platform/Access/", StringComparison.Ordinal)
                || Path.GetFileNameWithoutExtension(path) is var name && (name.EndsWith("Setup", StringComparison.Ordinal) || Triggers.Any(t => t.Name == name)),
                $"{path} mentions the Functions SDK, but holds no trigger class.");
        }
    }

    [Fact]
    public void The_platform_uses_no_slice()
    {
        foreach (var (user, used) in References().Where(r => Slice(r.User) == "Tidemark.Platform"))
            Assert.True(Slice(used) == "Tidemark.Platform", $"{user} is of the platform and uses {used} of a slice.");
    }

    [Fact]
    public void A_slice_uses_of_another_one_only_what_is_listed_with_its_reason()
    {
        var met = new HashSet<(string, string)>();
        var unlisted = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (user, used) in References())
        {
            if (Slice(user) is "Tidemark" or "Tidemark.Platform" || Slice(used) is "Tidemark.Platform" || Slice(user) == Slice(used) || ValueObjects.Contains(used.Name)) continue;
            if (!Allowed.Any(a => (a.User, a.Used) == (Slice(user), used.Name))) unlisted.Add($"{user} uses {used}");
            met.Add((Slice(user), used.Name));
        }

        Assert.True(unlisted.Count == 0, $"List with its reason, or go through a queue: {string.Join("; ", unlisted)}");

        Assert.All(Allowed, a => Assert.True(met.Contains((a.User, a.Used)), $"{a.User} no longer uses {a.Used}: take it off the list."));
    }

    [Fact]
    public void Nobody_is_called_a_helper_and_no_interface_has_one_implementation()
    {
        Assert.All(Types, t => Assert.DoesNotMatch("(Helpers?|Services?|Manager|Base|Common|Utils?)$", t.Name.Replace("RegistryServices", "", StringComparison.Ordinal)));
        foreach (var contract in Types.Where(t => t.IsInterface))
            Assert.True(Types.Count(t => t.IsClass && contract.IsAssignableFrom(t)) != 1, $"{contract} has one implementation; use the class.");
    }

    [Fact]
    public void No_file_is_longer_than_400_lines_and_the_median_stays_small()
    {
        var lengths = Sources().Select(f => (File: f, Lines: File.ReadLines(f).Count())).OrderBy(f => f.Lines).ToList();

        Assert.All(lengths, f => Assert.True(f.Lines <= 400, $"{Path.GetFileName(f.File)} has {f.Lines} lines."));
        Assert.InRange(lengths[lengths.Count / 2].Lines, 1, 80);
    }

    [Fact]
    public void Program_is_about_thirty_lines() => Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "functions/Program.cs")).Count(), 5, 35);

    private static IEnumerable<string> Sources() => Repository.Files("*.cs").Where(f => Path.GetRelativePath(Repository.Root, f).StartsWith("functions/", StringComparison.Ordinal));

    /// <summary><c>Tidemark.Registry</c> for everything below it; <c>Tidemark</c> for the program itself.</summary>
    private static string Slice(Type type) => string.Join('.', type.Namespace!.Split('.').Take(2));

    /// <summary>Who uses whom, classes that the compiler makes of methods counted as the class that they are in.</summary>
    private static IEnumerable<(Type User, Type Used)> References() =>
        from inner in Suite.GetTypes()
        let user = Outermost(inner)
        where Types.Contains(user)
        from used in TypeReferences.Of(inner).Select(Outermost).Distinct()
        where used != user && Types.Contains(used)
        select (user, used);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    /// <summary>Protocol buffer classes and source generators' types are nobody's style.</summary>
    [GeneratedRegex(@"Inference\.Format\.|Json(Context)?\b|RegexGenerator|<")]
    private static partial Regex Generated();
}
