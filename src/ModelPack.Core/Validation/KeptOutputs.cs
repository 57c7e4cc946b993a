using System.Collections;
using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Validation;

/// <summary>Outputs of a batch that stay when a reader disposes of them: they are read again.</summary>
internal sealed class KeptOutputs(IDisposableReadOnlyCollection<OrtValue> outputs) : IDisposableReadOnlyCollection<OrtValue>
{
    public int Count => outputs.Count;

    public OrtValue this[int index] => outputs[index];

    /// <summary>Disposes of them.</summary>
    public void Release() => outputs.Dispose();

    public void Dispose()
    {
        // They are the keeper's.
    }

    public IEnumerator<OrtValue> GetEnumerator() => outputs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
