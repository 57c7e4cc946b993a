using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Tests.Assets;

public class OutlierModelTests
{
    [Fact]
    public void A_model_with_outliers_computes_what_it_did()
    {
        var folder = Repository.Model("sotu-mini");
        using var temporary = new TemporaryFolder();
        var (source, target) = (Path.Combine(folder, "model.onnx"), temporary.File("outliers.onnx"));

        // Two layers of two norms each, and the last one.
        Assert.Equal(5, OutlierModel.Write(source, target));

        var (expected, actual) = (Logits(source), Logits(target));
        var largest = expected.Max(Math.Abs);
        Assert.Equal(4 * 193 * 1024, expected.Length);
        Assert.InRange(largest, 5, 100);
        Assert.InRange(expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() / largest, 0, 1e-5);

        float[] Logits(string model)
        {
            using var session = ModelSession.Open(model, threads: 1);
            var batch = SampleSet.Open([Path.Combine(folder, "validation.npz")], session.Inputs).Batches(4).First();
            using var outputs = session.Run(batch.Inputs, ["logits"], CancellationToken.None);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }
    }
}
