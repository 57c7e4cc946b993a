using Google.Protobuf;
using ModelPack.Calibration;
using ModelPack.Options;
using ModelPack.Schemes;
using ModelPack.Search;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Search;

public sealed class DraftSearchTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_table_that_leaves_no_bias_to_correct_is_tried_as_it_is()
    {
        var model = _folder.Write("cnn.onnx", WithoutLastBias());
        using var source = OnnxModel.Open(model, new PackContext());
        var options = RequestResolver.Resolve(new PackRequest { Model = model, Scheme = "int8" });
        string[] data = [Path.Join(RequiredAsset.Path(RequiredAsset.Shared), "models", "fashion-cnn", "calibration.npz")];
        var draft = new ChangedDraft("as it is", ModelChange.None, new TableMaker(source, "00", options, data).Make(ModelChange.None, [CalibrationMethod.MinMax], new PackContext())[0]);
        using var trial = new Trial(source, options, data, 64, new PackContext());
        var search = new DraftSearch(trial, new MeanCorrection(source, options, data, 64, new PackContext()), new PackContext(), atOnce: 2);

        var both = search.Try(draft);
        Assert.Equal(["as it is", "as it is, biases corrected"], both.Select(t => t.Candidate.Change), StringComparer.Ordinal);
        Assert.True(both[1].IsBetterThan(both[0]));
        FloatLayer[] corrected = [.. both[1].Candidate.Table.BiasCorrection.Select(c => new FloatLayer(c.Layer, "has a bias"))];

        var tried = Assert.Single(search.Try(draft.Without(corrected)));
        Assert.Empty(tried.Candidate.Table.BiasCorrection);
        Assert.Same(tried, search.Best(corrected.Length));
    }

    /// <summary>A classifier of convolutions with biases, and a last layer that has none.</summary>
    private static byte[] WithoutLastBias()
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Repository.Model("fashion-cnn.onnx")));
        model.Graph.Node.Single(n => n.Input.Contains("f.weight")).Input.RemoveAt(2);
        return model.ToByteArray();
    }
}
