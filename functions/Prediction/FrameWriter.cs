namespace Tidemark.Prediction;

/// <summary>
/// Writes the answer of MLflow's scoring protocol: <c>{"predictions":[…],"prediction_id":"…"}</c>, one element a row. A model with one output gives its value,
/// or an array when it has several values a row; a model with several outputs gives an object of them. An output that does not go by rows
/// makes <c>predictions</c> an object of whole outputs. NaN and the infinities are written as null, with a warning.
/// </summary>
internal static class FrameWriter
{
    public static void Write(LoadedModel model, Exchange exchange)
    {
        var answer = exchange.Answer;
        answer.Raw("{\"predictions\":"u8);
        if (GoesByRows(model, exchange)) Rows(model, exchange);
        else Whole(model, exchange);

        if (answer.NonFinite > 0) exchange.Warn($"{answer.NonFinite} values are not finite numbers and are written as null");
        if (exchange.Warnings.Count > 0)
        {
            answer.Raw(",\"warnings\":["u8);
            for (int i = 0; i < exchange.Warnings.Count; i++)
            {
                if (i > 0) answer.Raw((byte)',');
                answer.Text(exchange.Warnings[i]);
            }

            answer.Raw((byte)']');
        }

        answer.Raw((byte)',');
        exchange.WritePrediction();
        answer.Raw((byte)'}');
    }

    private static bool GoesByRows(LoadedModel model, Exchange exchange)
    {
        for (int output = 0; output < model.Outputs.Count; output++)
        {
            if (exchange.Slot.Shape(output) is not [var rows, ..] || rows != exchange.Batch) return false;
        }

        return true;
    }

    private static void Rows(LoadedModel model, Exchange exchange)
    {
        var answer = exchange.Answer;
        for (int row = 0; row < exchange.Batch; row++)
        {
            answer.Raw(row == 0 ? (byte)'[' : (byte)',');
            if (model.Outputs.Count == 1) Value(model, exchange, 0, row);
            else Object(model, exchange, row);
        }

        answer.Raw((byte)']');
    }

    private static void Object(LoadedModel model, Exchange exchange, int row)
    {
        for (int output = 0; output < model.Outputs.Count; output++)
        {
            exchange.Answer.Raw(output == 0 ? (byte)'{' : (byte)',');
            exchange.Answer.Text(model.OutputNames[output]);
            exchange.Answer.Raw((byte)':');
            Value(model, exchange, output, row);
        }

        exchange.Answer.Raw((byte)'}');
    }

    private static void Value(LoadedModel model, Exchange exchange, int output, int row)
    {
        int width = 1;
        foreach (long dimension in exchange.Slot.Shape(output)[1..]) width *= (int)dimension;
        bool alone = exchange.Slot.Shape(output) is [_] or [_, 1];
        if (!alone) exchange.Answer.Raw((byte)'[');
        OutputElements.Write(exchange.Answer, exchange.Slot, output, model.Outputs[output].Type, row * width, width);
        if (!alone) exchange.Answer.Raw((byte)']');
    }

    private static void Whole(LoadedModel model, Exchange exchange)
    {
        for (int output = 0; output < model.Outputs.Count; output++)
        {
            exchange.Answer.Raw(output == 0 ? (byte)'{' : (byte)',');
            exchange.Answer.Text(model.OutputNames[output]);
            exchange.Answer.Raw(":["u8);
            int count = 1;
            foreach (long dimension in exchange.Slot.Shape(output)) count *= (int)dimension;
            OutputElements.Write(exchange.Answer, exchange.Slot, output, model.Outputs[output].Type, 0, count);
            exchange.Answer.Raw((byte)']');
        }

        exchange.Answer.Raw((byte)'}');
    }
}
