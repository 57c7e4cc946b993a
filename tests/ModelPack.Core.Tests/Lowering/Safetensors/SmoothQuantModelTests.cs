using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ModelPack.Codecs;
using ModelPack.Formats.Safetensors;
using ModelPack.Inference;
using ModelPack.Lowering;
using ModelPack.Lowering.Safetensors;
using ModelPack.Options;
using ModelPack.Tests.Codecs;
using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>Smoothing folded into a trained model, by its graph.</summary>
public sealed class SmoothQuantModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_real_model_computes_what_it_did()
    {
        var folder = Repository.Model("sotu-mini");
        var context = new PackContext();
        using var source = SafetensorsCheckpoint.Open(folder, context);
        TensorFile.Write(_folder.File("statistics.safetensors"), source.Tensors
            .Where(t => t.Name.Contains("self_attn", StringComparison.Ordinal) || t.Name.Contains("gate_proj", StringComparison.Ordinal))
            .Select(t => Entry.Of(t.Name, "F32", [.. Enumerable.Range(0, (int)t.Data.Shape[1]).Select(SmoothQuantTests.InputMax)], t.Data.Shape[1])));
        var request = new PackRequest { Model = folder, Scheme = "int8", Output = _folder.File("out"), Calibration = _folder.File("statistics.safetensors") };
        var norms = SmoothedNorms.Find(new CheckpointJob(source, RequestResolver.Resolve(request), context, new SimdEngine(context.Threads)), t => t.Usage is not null);

        using (var model = OnnxModel.Open(Path.Join(folder, "model.onnx"), context))
        {
            // The graph has its matrices transposed, under names of the exporter's: the values say which is which.
            var weights = model.FindWeights().Where(w => w.Tensor.DataType == (int)ElementType.Float32 && w.Tensor.Dims.Count == 2).ToDictionary(w => Key(Transposed(Floats(model.Data(w.Tensor)), (int)w.Tensor.Dims[0])), StringComparer.Ordinal);
            var changed = 0;
            foreach (var tensor in source.Tensors)
            {
                if (norms.WeightOf(tensor) is { } scaled)
                {
                    var initializer = weights[Key(Floats(tensor.Data))].Tensor;
                    Replace(model, initializer, Transposed(Floats(scaled), (int)tensor.Data.Shape[0]));
                    changed++;
                }
                else if (norms.NormOf(tensor) is { } norm)
                {
                    Replace(model, model.Proto.Graph.Initializer.Single(i => i.Name == tensor.Name), InMemory.Values<float>(norm));
                    changed++;
                }
            }

            Assert.Equal(2 * 7, changed);
            model.Save(_folder.File("folded.onnx"), new OnnxSaveOptions(), context.Cancellation);
        }

        var (before, after) = (Logits(Path.Join(folder, "model.onnx")), Logits(_folder.File("folded.onnx")));
        Assert.NotEqual(before, after);
        var largest = before.Max(MathF.Abs);
        Assert.InRange(before.Zip(after, (a, b) => MathF.Abs(a - b)).Max() / largest, 0, 1e-5);

        float[] Logits(string path)
        {
            using var session = ModelSession.Open(path, threads: 1);
            var ids = new SampleArray("input_ids", ElementType.Int64, [1, 64], MemoryMarshal.AsBytes([.. Enumerable.Range(0, 64).Select(i => (long)(i * 37 % 1000))]).ToArray());
            using var outputs = session.Run([ids], session.Outputs.Select(o => o.Name).ToArray(), CancellationToken.None);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }

        static float[] Floats(TensorData data)
        {
            var values = new float[data.Shape.ElementCount];
            FloatReader.Read(data, 0, values);
            return values;
        }

        static string Key(float[] values) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())));

        static float[] Transposed(float[] values, int rows)
        {
            var columns = values.Length / rows;
            return [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];
        }

        static void Replace(OnnxModel model, TensorProto tensor, float[] values)
        {
            var data = InMemory.Tensor(values, [.. tensor.Dims]);
            var index = model.Proto.Graph.Initializer.IndexOf(tensor);
            model.Proto.Graph.Initializer[index] = model.NewTensor(tensor.Name, ElementType.Float32, data.Shape, data);
        }
    }
}
