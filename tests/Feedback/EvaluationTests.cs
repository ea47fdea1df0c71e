using System.Text.Json;
using Tidemark.Feedback;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Errors;
using Xunit;

namespace Tidemark.Tests.Feedback;

public sealed class EvaluationTests
{
    [Fact]
    public void Groups_have_the_metrics_of_their_own_rows()
    {
        EvaluationAnswer both = Evaluate("""{"task":"binary","labels":[1,0,1,1,0,0],"predictions":[1,0,0,1,1,0],"groups":["a","a","a","b","b","b"]}""");
        EvaluationAnswer only = Evaluate("""{"task":"binary","labels":[1,0,0],"predictions":[1,1,0]}""");

        Assert.Equal(["a", "b"], both.Groups!.Select(group => group.Group));
        Assert.Equal(only.Metrics["accuracy"], both.Groups![1].Metrics["accuracy"]);
        Assert.Equal(6, both.N);
    }

    [Fact]
    public void What_the_rows_do_not_define_has_a_reason_instead_of_a_number()
    {
        EvaluationAnswer answer = Evaluate("""{"task":"binary","labels":[0,0,0],"scores":[0.1,0.2,0.3]}""");

        foreach (string name in (string[])["precision", "recall", "roc_auc", "pr_auc"])
            Assert.True(answer.Metrics[name] is { Value: null, Reason.Length: > 0 }, name);
        Assert.Equal(1, answer.Metrics["specificity"].Value);
    }

    [Theory]
    [InlineData("""{"task":"binary","labels":["sick","well","sick"],"predictions":["sick","sick","sick"],"positive":"sick"}""")]
    [InlineData("""{"task":"binary","labels":[true,false,true],"predictions":[1,1,1]}""")]
    [InlineData("""{"task":"BINARY","labels":[1,0,1.0],"scores":[0.5,0.9,0.7],"threshold":0.5}""")]
    public void Labels_may_be_texts_numbers_or_booleans(string request)
    {
        EvaluationAnswer answer = Evaluate(request);

        Assert.Equal(2 / 3.0, answer.Metrics["precision"].Value);
        Assert.Equal(1, answer.Metrics["recall"].Value);
    }

    [Fact]
    public void The_same_data_gives_the_same_bootstrap()
    {
        const string Request = """{"task":"regression","labels":[1,2,3,4,5,7],"predictions":[1.5,2,2,4,6,7]}""";

        Assert.Equal(Evaluate(Request).Metrics["r2"], Evaluate(Request).Metrics["r2"]);
    }

    [Fact]
    public void A_perfect_ranking_of_few_rows_is_not_certain()
    {
        MetricValue area = Evaluate("""{"task":"binary","labels":[0,0,0,1,1,1],"scores":[0.1,0.2,0.3,0.7,0.8,0.9]}""").Metrics["roc_auc"];

        Assert.Equal((1, 1, "wilson"), (area.Value, area.High, area.Interval));
        Assert.InRange(area.Low!.Value, 0.3, 0.7);
    }

    [Theory]
    [InlineData("""{"labels":[1]}""", "task")]
    [InlineData("""{"task":"ranking","labels":[1]}""", "task")]
    [InlineData("""{"task":"binary"}""", "labels")]
    [InlineData("""{"task":"binary","labels":[1,0]}""", "predictions")]
    [InlineData("""{"task":"binary","labels":[1,0],"predictions":[1]}""", "predictions")]
    [InlineData("""{"task":"binary","labels":[1,0],"scores":[0.5,"NaN"]}""", "scores[1]")]
    [InlineData("""{"task":"binary","labels":[1,null],"predictions":[1,1]}""", "labels[1]")]
    [InlineData("""{"task":"binary","labels":["a","b"],"predictions":["a","b"]}""", "positive")]
    [InlineData("""{"task":"binary","labels":["a","b","c"],"predictions":["a","b","c"],"positive":"a"}""", "labels")]
    [InlineData("""{"task":"binary","labels":[1,0],"predictions":[1,1],"confidence":2}""", "confidence")]
    [InlineData("""{"task":"binary","labels":[1,0],"predictions":[1,1],"costs":[[1]]}""", "costs")]
    [InlineData("""{"task":"binary","labels":[1,0],"predictions":[1,1],"lables":[1]}""", "lables")]
    [InlineData("""{"task":"multiclass","labels":["a","b"],"scores":[[0.5,0.5],[1]]}""", "scores[1]")]
    [InlineData("""{"task":"multiclass","labels":["a","b"],"predictions":["a","c"],"classes":["a","b"]}""", "classes")]
    [InlineData("""{"task":"regression","labels":["one"],"predictions":[1]}""", "labels[0]")]
    public void Bad_requests_name_the_field(string request, string field)
    {
        var answer = EvaluationRequest.Parse(JsonDocument.Parse(request).RootElement).Then(Evaluation.Of);

        Assert.Equal(FailureKind.Malformed, answer.Failure?.Kind);
        Assert.Equal(field, Assert.Single(answer.Failure!.Errors).Field);
    }

    [Fact]
    public void Scores_that_are_probabilities_already_are_left_alone_and_bent_ones_are_calibrated()
    {
        var random = new Random(5);
        double[] truth = [.. Enumerable.Range(0, 4000).Select(_ => random.NextDouble())];
        int[] labels = [.. truth.Select(p => random.NextDouble() < p ? 1 : 0)];

        Assert.True(CalibrationNeed.Judge([.. truth.Select(p => p * p * p)], labels));
        Assert.False(CalibrationNeed.Judge([.. labels.Select(label => label == 1 ? 0.9 : 0.1)], labels));
    }

    private static EvaluationAnswer Evaluate(string request)
    {
        var answer = EvaluationRequest.Parse(JsonDocument.Parse(request).RootElement).Then(Evaluation.Of);
        Assert.True(answer.Ok, answer.Failure?.Detail);
        return answer.Value;
    }
}
