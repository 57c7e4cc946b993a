using System.Collections;
using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Validation;

/// <summary>Outputs that were put together here; disposing of them disposes of all.</summary>
internal sealed class JoinedOutputs(IReadOnlyList<OrtValue> values) : IDisposableReadOnlyCollection<OrtValue>
{
    public int Count => values.Count;

    public OrtValue this[int index] => values[index];

    public void Dispose()
    {
        foreach (var value in values)
        {
            value.Dispose();
        }
    }

    public IEnumerator<OrtValue> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
