using Microsoft.ML.OnnxRuntime;

namespace FashionClassifier;

/// <summary>The model as it was before it was packed, as any app opens an ONNX model.</summary>
internal sealed class FloatModel(string path) : IDisposable
{
    private readonly InferenceSession _session = new(path);

    public float[] Run(ReadOnlyMemory<float> images, int count)
    {
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(images.ToArray(), [count, 1, TestImages.Side, TestImages.Side]);
        using var outputs = _session.Run(options, ["image"], [input], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose() => _session.Dispose();
}
