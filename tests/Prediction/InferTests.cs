using System.Net;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Inference;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Prediction;

public sealed class InferTests
{
    private const string OneRow = """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""";

    [Fact]
    public async Task Answers_with_model_version_id_and_outputs()
    {
        await using var host = await PredictionHost.StartAsync();

        var reply = await host.InferAsync("linear", """{"id":"a \"quoted\" \u00e9","parameters":{"x":[{}]},"inputs":[{"name":"x","shape":[2,3],"datatype":"FP32","parameters":{"k":1},"data":[1,2,3,0.5,0,-1e1]}]}""");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("linear", reply.Json.GetProperty("model_name").GetString());
        Assert.Equal("1", reply.Json.GetProperty("model_version").GetString());
        Assert.Equal("1", reply.Header("tidemark-model-version"));
        Assert.Null(reply.Header("tidemark-model-stale"));
        Assert.Equal("a \"quoted\" é", reply.Json.GetProperty("id").GetString());
        Assert.Equal("""[{"name":"score","datatype":"FP32","shape":[2,1],"data":[14,-29.5]}]""", reply.Json.GetProperty("outputs").GetRawText());
        Assert.Equal(reply.Text.Length, reply.Message.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("""{"inputs":[{"name":"x","shape":[2,3],"datatype":"FP32","data":[[1,2,3],[4,5,6]]}]}""")]
    [InlineData("""{"inputs":[{"data":[[1,2,3],[4,5,6]],"datatype":"FP32","shape":[2,3],"name":"x"}]}""")]
    [InlineData("""{"inputs":[{"data":[1,2,3,4,5,6],"name":"x","datatype":"FP32","shape":[2,3]}],"outputs":[]}""")]
    [InlineData("""{"outputs":[{"name":"score","parameters":{"classification":1}}],"inputs":[{"name":"x","data":[1,2,3,4,5,6],"shape":[2,3],"datatype":"FP32"}],"unknown":{"a":[1,2,{"b":null}]}}""")]
    [InlineData("{ \"inputs\" : [ { \"name\" : \"\\u0078\" , \"shape\" : [ 2 , 3 ] , \"datatype\" : \"FP32\" , \"data\" :\r\n\t[ [ 1.0 , 2e0 , 30e-1 ] , [ 4 , 5 , 6 ] ] } ] }")]
    public async Task Data_may_be_flat_or_nested_and_fields_in_any_order(string body)
    {
        await using var host = await PredictionHost.StartAsync();
        var reply = await host.InferAsync("linear", body);
        Assert.Equal("[14,32]", reply.Json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Several_inputs_of_numbers_and_text_go_in_by_name_in_any_order()
    {
        await using var host = await PredictionHost.StartAsync();

        var reply = await host.InferAsync("columns", """
            {"inputs":[{"name":"thal","shape":[3,1],"datatype":"BYTES","data":["fixed",["x"],"nörmal \u2603"]},{"name":"age","shape":[3,1],"datatype":"FP32","data":[1,2,null]}]}
            """.Replace("""["x"]""", "\"normal\"", StringComparison.Ordinal));

        Assert.Equal("[101,202,49]", reply.Json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Assert.Equal(["fixed", "normal", "nörmal ☃"], reply.Json.GetProperty("outputs")[1].GetProperty("data").EnumerateArray().Select(text => text.GetString()!));
        Assert.Equal("BYTES", reply.Json.GetProperty("outputs")[1].GetProperty("datatype").GetString());
    }

    [Fact]
    public async Task Only_the_outputs_asked_for_come_in_the_order_asked_for()
    {
        await using var host = await PredictionHost.StartAsync();
        const string Inputs = """ "inputs":[{"name":"age","shape":[1,1],"datatype":"FP32","data":[1]},{"name":"thal","shape":[1,1],"datatype":"BYTES","data":["a"]}] """;

        var one = await host.InferAsync("columns", $$"""{ "outputs":[{"name":"thal_seen"}], {{Inputs}} }""");
        var both = await host.InferAsync("columns", $$"""{ {{Inputs}}, "outputs":[{"name":"thal_seen"},{"name":"score"}] }""");

        Assert.Equal(["thal_seen"], Names(one));
        Assert.Equal(["thal_seen", "score"], Names(both));
    }

    private static IEnumerable<string> Names(Reply reply) => reply.Json.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()!);

    [Theory]
    [InlineData("BOOL", "[true,false]", "[true,false]")]
    [InlineData("UINT8", "[0,255]", "[0,255]")]
    [InlineData("UINT16", "[0,65535]", "[0,65535]")]
    [InlineData("UINT32", "[0,4294967295]", "[0,4294967295]")]
    [InlineData("UINT64", "[0,18446744073709551615]", "[0,18446744073709551615]")]
    [InlineData("INT8", "[-128,127]", "[-128,127]")]
    [InlineData("INT16", "[-32768,32767]", "[-32768,32767]")]
    [InlineData("INT32", "[-2147483648,2147483647]", "[-2147483648,2147483647]")]
    [InlineData("INT64", "[-9223372036854775808,9223372036854775807]", "[-9223372036854775808,9223372036854775807]")]
    [InlineData("INT64", "[3.0,-0]", "[3,0]")]
    [InlineData("FP16", "[0.5,65504]", "[0.5,65504]")]
    [InlineData("FP32", "[0.1,-3.4028235E+38]", "[0.1,-3.4028235E+38]")]
    [InlineData("FP64", "[0.1,1.7976931348623157E+308]", "[0.1,1.7976931348623157E+308]")]
    [InlineData("FP64", "[null,1]", "[null,1]")]
    [InlineData("BYTES", """["","a\"\\\n\u0001é"]""", """["","a\"\\\n\u0001é"]""")]
    public async Task Every_type_goes_in_and_out_without_loss(string type, string data, string expected)
    {
        Assert.True(DataTypes.TryParse(type, out var element));
        await using var host = await PredictionHost.StartAsync(shelf => PredictionHost.Add(shelf, "echo", Models.Echo(element, -1, 2)));

        var reply = await host.InferAsync("echo", $$"""{"inputs":[{"name":"in","shape":[1,2],"datatype":"{{type}}","data":{{data}}}]}""");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(expected, reply.Json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Assert.Equal(type, reply.Json.GetProperty("outputs")[0].GetProperty("datatype").GetString());
    }

    [Fact]
    public async Task What_is_no_number_in_an_output_is_null_and_counted()
    {
        await using var host = await PredictionHost.StartAsync(shelf => PredictionHost.Add(shelf, "log", new OnnxWriter()
            .Input("x", TensorElementType.Float, -1).Output("y", TensorElementType.Float, -1).Node("Log", ["x"], ["y"])));

        var reply = await host.InferAsync("log", """{"inputs":[{"name":"x","shape":[4],"datatype":"FP32","data":[1,0,-1,null]}]}""");

        Assert.Equal("[0,null,null,null]", reply.Json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Assert.Equal(3, reply.Json.GetProperty("parameters").GetProperty("non_finite").GetInt32());
    }

    [Fact]
    public async Task A_version_can_be_asked_for_by_name()
    {
        await using var host = await PredictionHost.StartAsync(shelf =>
        {
            PredictionHost.Add(shelf, "linear", Models.Linear([10, 20, 30]), "2");
            shelf.Champion("linear", "1");
        });

        Assert.Equal("1", (await host.InferAsync("linear", OneRow)).Header("tidemark-model-version"));
        var two = await host.InferAsync("linear", OneRow, "2");
        Assert.Equal("2", two.Json.GetProperty("model_version").GetString());
        Assert.Equal("[140]", two.Json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Bodies_in_many_pieces_are_read_like_bodies_in_one()
    {
        await using var host = await PredictionHost.StartAsync();
        string data = string.Join(',', Enumerable.Range(0, 3 * 9000).Select(i => i % 3));

        var reply = await host.InferAsync("linear", $$"""{"inputs":[{"name":"x","shape":[9000,3],"datatype":"FP32","data":[{{data}}]}]}""");

        var scores = reply.Json.GetProperty("outputs")[0].GetProperty("data");
        Assert.Equal(9000, scores.GetArrayLength());
        Assert.All(scores.EnumerateArray(), score => Assert.Equal(8, score.GetSingle()));
    }

    [Fact]
    public async Task Requests_side_by_side_never_see_each_others_values()
    {
        await using var host = await PredictionHost.StartAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), TestContext.Current.CancellationToken, async (i, _) =>
        {
            int rows = 1 + (i % 7);
            string data = string.Join(',', Enumerable.Repeat($"{i},0,0", rows));
            var reply = await host.InferAsync("linear", $$"""{"id":"{{i}}","inputs":[{"name":"x","shape":[{{rows}},3],"datatype":"FP32","data":[{{data}}]}]}""");
            Assert.Equal($"{i}", reply.Json.GetProperty("id").GetString());
            Assert.Equal(Enumerable.Repeat((float)i, rows), reply.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(score => score.GetSingle()));
        });
    }
}
