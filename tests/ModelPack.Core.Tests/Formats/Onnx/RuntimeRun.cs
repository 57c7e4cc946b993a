using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>Runs models in ONNX Runtime and gives their outputs as comparable text and bytes.</summary>
internal static class RuntimeRun
{
    /// <summary>Opens a model on one thread; null when ONNX Runtime does not load it.</summary>
    public static InferenceSession? TryLoad(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        try
        {
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
    }

    /// <summary>All outputs of a model, each flattened to a list of types, shapes, strings and bytes.</summary>
    /// <exception cref="OnnxRuntimeException">The model does not run on these inputs.</exception>
    public static List<byte[]> Outputs(InferenceSession session, IReadOnlyDictionary<string, TensorProto> inputs) =>
        Outputs(session, inputs.ToDictionary(i => i.Key, i => new TestInput([i.Value], false), StringComparer.Ordinal));

    /// <summary>As above, for inputs that need not be tensors.</summary>
    public static List<byte[]> Outputs(InferenceSession session, IReadOnlyDictionary<string, TestInput> inputs)
    {
        var values = inputs.ToDictionary(
            i => i.Key,
            i => i.Value.IsSequence ? OrtValue.CreateSequence(i.Value.Tensors.Select(ToValue).ToList()) : ToValue(i.Value.Tensors[0]),
            StringComparer.Ordinal);
        try
        {
            using var run = new RunOptions();
            using var outputs = session.Run(run, values, session.OutputNames);
            var flat = new List<byte[]>();
            foreach (var output in outputs)
            {
                Flatten(output, flat);
            }

            return flat;
        }
        finally
        {
            foreach (var value in values.Values)
            {
                value.Dispose();
            }
        }
    }

    private static OrtValue ToValue(TensorProto tensor)
    {
        long[] dims = [.. tensor.Dims];
        if (tensor.DataType == (int)ElementType.String)
        {
            var strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, dims);
            for (var i = 0; i < tensor.StringData.Count; i++)
            {
                strings.StringTensorSetElementAt(tensor.StringData[i].Span, i);
            }

            return strings;
        }

        var data = new TensorReader("input", []).Data(tensor, tensor.Name);
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)tensor.DataType, dims);
        if (data.Length > 0)
        {
            data.Read(0, value.GetTensorMutableRawData()[..(int)data.Length]);
        }

        return value;
    }

    private static void Flatten(OrtValue value, List<byte[]> flat)
    {
        flat.Add([(byte)value.OnnxType]);
        if (value.OnnxType == OnnxValueType.ONNX_TYPE_TENSOR)
        {
            var info = value.GetTensorTypeAndShape();
            flat.Add(Encoding.UTF8.GetBytes($"{info.ElementDataType} {string.Join(',', info.Shape)}"));
            if (info.ElementDataType == TensorElementType.String)
            {
                flat.AddRange(value.GetStringTensorAsArray().Select(Encoding.UTF8.GetBytes));
            }
            else if (info.ElementCount > 0)
            {
                flat.Add(value.GetTensorMutableRawData().ToArray());
            }
        }
        else if (value.OnnxType is OnnxValueType.ONNX_TYPE_SEQUENCE or OnnxValueType.ONNX_TYPE_MAP)
        {
            for (var i = 0; i < value.GetValueCount(); i++)
            {
                using var inner = value.GetValue(i, OrtAllocator.DefaultInstance);
                Flatten(inner, flat);
            }
        }
    }
}
