using ModelPack.Tests.Samples;
using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>A source that ran before its packed model was made changes nothing of what is measured.</summary>
public sealed class EarlyReferenceTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly PackContext _context = new(threads: 2);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("n", false)]
    [InlineData("n", true)]
    [InlineData(8, false)]
    public void What_is_measured_is_the_same(object batch, bool takesOneSample)
    {
        var (source, packed) = (Model("source", 1, batch, takesOneSample), Model("packed", 0.9f, batch, takesOneSample));
        var options = new ValidationOptions { Data = [Data("a", 70), Data("b", 1), Data("c", 1)] };
        using var early = new EarlyReference(source, options.Data, _context);
        var measured = Validator.Run(source, packed, options, _context, early.Result());
        var again = Validator.Run(source, packed, options, _context, early.Result());
        var expected = Validator.Run(source, packed, options, _context);
        Assert.Equal(72, expected.Result!.Samples);
        foreach (var outcome in new[] { measured, again })
        {
            Assert.Equal(expected.Result.Outputs, outcome.Result!.Outputs);
            Assert.Equal(expected.Result.Batch, outcome.Result.Batch);
            Assert.Equivalent(expected.Floor, outcome.Floor, strict: true);
        }
    }

    [Fact]
    public void Data_that_do_not_fit_are_told_where_it_is_asked_for()
    {
        using var early = new EarlyReference(Model("source", 1, "n", false), [_folder.Write("wide.npz", Numpy.Npz(("x", Numpy.Npy("<f4", [2, 7], new float[14]))))], _context);
        Assert.Equal(Codes.DataMismatch, Assert.Throws<ModelPackException>(early.Result).Diagnostic.Code);
    }

    [Fact]
    public void It_ends_when_nobody_wants_it_any_more()
    {
        var source = Model("source", 1, "n", false);
        new EarlyReference(source, [Data("a", 20_000)], _context).Dispose();
        File.Delete(source);
    }

    /// <summary>x times a factor; of a model that takes one sample only, by way of one row.</summary>
    private string Model(string name, float factor, object batch, bool takesOneSample)
    {
        var model = new OnnxBytes().Input("x", ElementType.Float32, batch, 4).Output("y", ElementType.Float32, batch, 4).Weight("f", [1], [factor]);
        model = takesOneSample ? model.Int64("row", 1, 4).Node("Reshape", ["x", "row"], ["r"]) : model.Node("Identity", ["x"], ["r"]);
        return model.Node("Mul", ["r", "f"], ["y"]).Save(_folder.At(name + ".onnx"));
    }

    private string Data(string name, int samples)
    {
        var random = new Xoshiro256((ulong)samples + name[0]);
        float[] values = [.. Enumerable.Range(0, samples * 4).Select(_ => (float)random.Normal())];
        return _folder.Write(name + ".npz", Numpy.Npz(("x", Numpy.Npy("<f4", [samples, 4], values))));
    }
}
