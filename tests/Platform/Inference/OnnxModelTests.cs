using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Platform.Inference;

public class OnnxModelTests
{
    private static Failure Refusal(byte[] bytes)
    {
        var outcome = OnnxModel.Load(bytes);
        Assert.False(outcome.Ok, "The model should have been refused.");
        Assert.Equal(FailureKind.Unprocessable, outcome.Failure.Kind);
        return outcome.Failure;
    }

    [Fact]
    public void Reports_inputs_and_outputs_as_the_graph_declares_them()
    {
        using var model = OnnxModel.Load(Models.Columns().Metadata("class_labels", "[\"no\",\"yes\"]").ToBytes()).Value!;

        Assert.Equal([new TensorSpec("age", TensorElementType.Float, [-1, 1]), new TensorSpec("thal", TensorElementType.String, [-1, 1])], model.Inputs);
        Assert.Equal([new TensorSpec("score", TensorElementType.Float, [-1, 1]), new TensorSpec("thal_seen", TensorElementType.String, [-1, 1])], model.Outputs);
        Assert.Equal(17, model.Opset["ai.onnx"]);
        Assert.Equal(3, model.Opset["ai.onnx.ml"]);
        Assert.Equal("[\"no\",\"yes\"]", model.CustomMetadata["class_labels"]);
    }

    [Fact]
    public void Runs_one_row_of_zeros_as_a_trial()
    {
        foreach (var writer in new[] { Models.Linear([1, 2, 3]), Models.Columns() })
        {
            using var model = OnnxModel.Load(writer.ToBytes()).Value!;
            var trial = model.TrialRun();
            Assert.True(trial.Ok);
            Assert.True(trial.Value > TimeSpan.Zero);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Loads_and_tries_every_type_of_the_protocol(string word)
    {
        Assert.True(DataTypes.TryParse(word, out var type));
        using var model = OnnxModel.Load(Models.Echo(type, -1, 2).ToBytes()).Value!;
        Assert.Equal(word, DataTypes.Word(model.Inputs[0].Type));
        Assert.True(model.TrialRun().Ok);
    }

    public static TheoryData<string> Types => [.. DataTypes.All.Split(", ")];

    [Fact]
    public void A_model_that_cannot_run_fails_its_trial_and_says_why()
    {
        using var model = OnnxModel.Load(new OnnxWriter()
            .Input("x", TensorElementType.Float, -1, -1).Output("y", TensorElementType.Float, -1, 1)
            .Weights("w", [1, 2, 3], 3, 1).Node("MatMul", ["x", "w"], ["y"]).ToBytes()).Value!;

        var trial = model.TrialRun();

        Assert.Equal(FailureKind.Unprocessable, trial.Failure!.Kind);
        Assert.Contains("one row of zeros", trial.Failure.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(".cc", trial.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_bytes_that_are_no_model()
    {
        var random = new Random(20261121);
        byte[][] hostile = [[], [0], "PK\u0003\u0004 not a model"u8.ToArray(), "{\"json\": true}"u8.ToArray(), new byte[4096]];
        foreach (byte[] bytes in hostile) Assert.Contains("ONNX", Refusal(bytes).Title, StringComparison.Ordinal);
        for (int i = 0; i < 500; i++)
        {
            byte[] bytes = new byte[random.Next(1, 2000)];
            random.NextBytes(bytes);
            Refusal(bytes);
        }
    }

    [Fact]
    public void Refuses_a_model_cut_at_any_byte()
    {
        byte[] whole = Models.Columns().ToBytes();
        using (var model = OnnxModel.Load(whole).Value) Assert.NotNull(model);

        // The imports come last; a cut that leaves the import of ai.onnx but not that of ai.onnx.ml is refused too, although ONNX Runtime would take it.
        for (int length = 0; length < whole.Length; length++) Refusal(whole[..length]);
    }

    [Fact]
    public void Survives_a_flipped_byte_anywhere()
    {
        byte[] whole = Models.Linear([1, 2, 3]).ToBytes();
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] flipped = [.. whole];
            flipped[i] ^= 0x55;
            var outcome = OnnxModel.Load(flipped);
            if (outcome.Ok) outcome.Value.Dispose();
            else Assert.Equal(FailureKind.Unprocessable, outcome.Failure.Kind);
        }
    }

    [Fact]
    public void Refuses_external_data_in_the_graph_in_a_branch_in_a_function_and_in_a_constant()
    {
        string constant = OnnxConstant("Constant", OnnxWriter.ExternalConstant("value", 1));
        Assert.Equal("Model with external data", constant);

        var direct = new OnnxWriter().Input("x", TensorElementType.Float, -1, 3).Output("y", TensorElementType.Float, -1, 1)
            .ExternalWeights("huge", 3, 1).Node("MatMul", ["x", "huge"], ["y"]);
        var failure = Refusal(direct.ToBytes());
        Assert.Contains("'huge'", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("save_as_external_data=False", failure.Detail, StringComparison.Ordinal);

        var branch = new OnnxWriter().Output("b", TensorElementType.Float, 1).ExternalWeights("hidden", 1).Node("Identity", ["hidden"], ["b"]);
        var nested = new OnnxWriter().Input("c", TensorElementType.Bool).Output("y", TensorElementType.Float, 1)
            .Node("If", ["c"], ["y"], "", OnnxWriter.Graph("then_branch", branch), OnnxWriter.Graph("else_branch", branch));
        Assert.Contains("'hidden'", Refusal(nested.ToBytes()).Detail, StringComparison.Ordinal);

        var function = new OnnxWriter().Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.Float, 1)
            .Node("Mine", ["x"], ["y"], "local")
            .LocalFunction("local", "Mine", OnnxWriter.NodeMessage("Constant", [], ["y"], "", OnnxWriter.ExternalConstant("value", 1)), ["x"], ["y"]);
        Assert.Equal("Model with external data", Refusal(function.ToBytes()).Title);
    }

    private static string OnnxConstant(string op, byte[] attribute) => Refusal(new OnnxWriter()
        .Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.Float, 1).Node(op, [], ["y"], "", attribute).ToBytes()).Title;

    [Fact]
    public void Refuses_operators_of_a_domain_of_their_own_also_inside_a_branch()
    {
        var direct = new OnnxWriter().Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.Float, 1).Node("Sparkle", ["x"], ["y"], "com.example");
        var failure = Refusal(direct.ToBytes());
        Assert.Equal("Model with a custom operator", failure.Title);
        Assert.Contains("'Sparkle'", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("'com.example'", failure.Detail, StringComparison.Ordinal);

        var branch = new OnnxWriter().Output("b", TensorElementType.Float, 1).Weights("k", [1], 1).Node("Sparkle", ["k"], ["b"], "com.example");
        var nested = new OnnxWriter().Input("c", TensorElementType.Bool).Output("y", TensorElementType.Float, 1)
            .Node("If", ["c"], ["y"], "", OnnxWriter.Graph("then_branch", branch), OnnxWriter.Graph("else_branch", branch));
        Assert.Equal("Model with a custom operator", Refusal(nested.ToBytes()).Title);
    }

    [Fact]
    public void Accepts_functions_that_the_model_defines_itself()
    {
        byte[] bytes = new OnnxWriter().Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.Float, 1)
            .Node("Mine", ["x"], ["y"], "local")
            .LocalFunction("local", "Mine", OnnxWriter.NodeMessage("Neg", ["x"], ["y"]), ["x"], ["y"]).ToBytes();
        using var model = OnnxModel.Load(bytes).Value;
        Assert.True(model!.TrialRun().Ok);
    }

    [Fact]
    public void Refuses_a_sequence_of_maps_and_names_the_remedy()
    {
        var failure = Refusal(Models.ZipMap().ToBytes());
        Assert.Contains("'output_probability' is a sequence", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("'zipmap': False", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_types_that_the_protocol_cannot_carry()
    {
        byte[] bytes = new OnnxWriter().Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.BFloat16, 1)
            .Node("Cast", ["x"], ["y"], "", OnnxWriter.Integer("to", (int)TensorElementType.BFloat16)).ToBytes();
        Assert.Contains("Cast", Refusal(bytes).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spec_is_written_in_the_words_of_the_protocol()
    {
        var spec = new TensorSpec("age", TensorElementType.Float, [-1, 1]);
        string json = System.Text.Json.JsonSerializer.Serialize(spec);
        Assert.Equal("""{"name":"age","datatype":"FP32","shape":[-1,1]}""", json);
        Assert.Equal(spec, System.Text.Json.JsonSerializer.Deserialize<TensorSpec>(json));
    }
}
