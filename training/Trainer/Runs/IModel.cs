using Tidemark.Trainer.Data;
using Tidemark.Trainer.Onnx;

namespace Tidemark.Trainer.Runs;

/// <summary>A fitted model: answers rows itself, and says the same as ONNX nodes.</summary>
internal interface IModel
{
    /// <summary>Fitted numbers.</summary>
    int Parameters { get; }

    /// <summary>Outputs of the first <c>Kept</c> rows, [rows, outputs] row-major: logits, or predictions.</summary>
    double[] Score(Part rows);

    /// <summary>Adds nodes that compute the same from the graph's inputs; returns the name of the tensor [rows, outputs].</summary>
    string Export(ModelGraph graph);
}
