using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Platform.Inference;

public class InferenceSlotTests
{
    private static float[] Score(InferenceSlot slot, int rows, int features, float value)
    {
        slot.Inputs[0].Take([rows, features]);
        slot.Inputs[0].Elements<float>(rows * features).Fill(value);
        Assert.Null(slot.Run(rows));
        Assert.Equal([rows, 1], slot.Shape(0).ToArray());
        return slot.Data<float>(0).ToArray();
    }

    [Fact]
    public void Batches_of_changing_size_share_one_slot()
    {
        using var model = OnnxModel.Load(Models.Linear([1, 2, 3], bias: 10).ToBytes()).Value!;
        using var slot = new InferenceSlot(model);
        foreach (int rows in new[] { 1, 5, 1, 300, 5, 1, 7000, 1 })
        {
            Assert.All(Score(slot, rows, 3, rows), score => Assert.Equal((6 * rows) + 10, score));
            slot.Trim(keep: 16 * 1024);
        }
    }

    [Fact]
    public void Strings_and_numbers_go_in_by_column_and_come_out()
    {
        using var model = OnnxModel.Load(Models.Columns().ToBytes()).Value!;
        using var slot = new InferenceSlot(model);
        foreach (int rows in new[] { 1, 3, 1, 3, 2 })
        {
            slot.Inputs[0].Take([rows, 1]);
            slot.Inputs[1].Take([rows, 1]);
            slot.Inputs[1].Cells.Clear();
            for (int row = 0; row < rows; row++)
            {
                slot.Inputs[0].Elements<float>(rows)[row] = row == 2 ? float.NaN : row;
                slot.Inputs[1].Cells.Add(row == 0 ? "normal"u8 : row == 1 ? "fixed"u8 : "größer"u8);
            }

            Assert.Null(slot.Run(rows));
            Assert.Equal(new float[] { 200, 101, 49 }[..rows], slot.Data<float>(0).ToArray());
            Assert.Equal("normal", System.Text.Encoding.UTF8.GetString(slot.Text(1, 0)));
            if (rows == 3) Assert.Equal("größer", System.Text.Encoding.UTF8.GetString(slot.Text(1, 2)));
        }
    }

    [Fact]
    public void The_number_of_rows_does_not_change_what_is_allocated()
    {
        using var model = OnnxModel.Load(Models.Linear([.. Enumerable.Range(0, 30).Select(i => (float)i)]).ToBytes()).Value!;
        using var slot = new InferenceSlot(model);
        long one = Allocated(1), thousand = Allocated(1000);
        Assert.Equal(0, one);
        Assert.Equal(0, thousand);

        long Allocated(int rows)
        {
            for (int i = 0; i < 50; i++) Once(rows);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++) Once(rows);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Once(int rows)
        {
            slot.Inputs[0].Take([rows, 30]);
            slot.Inputs[0].Elements<float>(rows * 30).Fill(1);
            slot.Run(rows);
        }
    }

    [Fact]
    public void Outputs_whose_shape_does_not_follow_the_batch_are_served_too()
    {
        // NonZero gives as many columns as there are values other than zero; here it claims one per row.
        using var model = OnnxModel.Load(new OnnxWriter().Input("x", TensorElementType.Float, -1).Output("where", TensorElementType.Int64, 1, -1)
            .Node("NonZero", ["x"], ["where"]).ToBytes()).Value!;
        using var slot = new InferenceSlot(model);
        slot.Inputs[0].Take([4]);
        new float[] { 0, 5, 0, 7 }.CopyTo(slot.Inputs[0].Elements<float>(4));
        Assert.Null(slot.Run(4));
        Assert.Equal([1, 2], slot.Shape(0).ToArray());
        Assert.Equal([1L, 3L], slot.Data<long>(0).ToArray());
    }

    [Fact]
    public void A_wrong_guess_of_a_shape_is_noticed_and_repaired()
    {
        using var model = OnnxModel.Load(new OnnxWriter().Input("x", TensorElementType.Float, -1, 2).Output("sums", TensorElementType.Float, -1)
            .Node("Flatten", ["x"], ["flat"]).Whole("minus", [-1], 1).Node("Reshape", ["flat", "minus"], ["sums"]).ToBytes()).Value!;
        Assert.True(model.ShapesFollowBatch);
        using var slot = new InferenceSlot(model);
        slot.Inputs[0].Take([2, 2]);
        new float[] { 1, 2, 3, 4 }.CopyTo(slot.Inputs[0].Elements<float>(4));
        Assert.Null(slot.Run(2));
        Assert.Equal([1f, 2f, 3f, 4f], slot.Data<float>(0).ToArray());
        Assert.False(model.ShapesFollowBatch);
    }

    [Fact]
    public void Values_that_the_graph_cannot_take_are_a_failure_and_leave_the_slot_usable()
    {
        using var model = OnnxModel.Load(new OnnxWriter().Input("at", TensorElementType.Int64, -1).Output("y", TensorElementType.Float, -1)
            .Weights("table", [10, 20, 30], 3).Node("Gather", ["table", "at"], ["y"]).ToBytes()).Value!;
        using var slot = new InferenceSlot(model);
        Assert.Equal(FailureKind.Malformed, Look(99)!.Kind);
        Assert.Null(Look(2));
        Assert.Equal(30, slot.Data<float>(0)[0]);
        Assert.True(model.ShapesFollowBatch);

        Failure? Look(long index)
        {
            slot.Inputs[0].Take([1]);
            slot.Inputs[0].Elements<long>(1)[0] = index;
            return slot.Run(1);
        }
    }
}
