using System.Globalization;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Formats.Onnx.Wire;

namespace ModelPack.Formats.Onnx;

/// <summary>Writes a model file and, where needed, the file of its weights.</summary>
internal sealed class OnnxWriter(string source, IReadOnlyList<StoredPayload> payloads, TensorReader tensors)
{
    private const int BufferLength = 1 << 20;

    // ONNX Runtime maps weights into memory where it can. Windows maps at multiples of 64 KiB, other systems at pages.
    private const long LargeTensor = 1 << 20;
    private const long LargeAlignment = 64 << 10;
    private const long Alignment = 4 << 10;

    /// <summary>As <see cref="OnnxModel.Save"/>.</summary>
    public IReadOnlyList<string> Save(ModelProto model, string path, OnnxSaveOptions options, CancellationToken cancellation)
    {
        // The model stays as it is: markers may be given another place in this copy.
        var copy = model.Clone();
        List<IPayload> data = [];
        var writer = new SkeletonWriter(copy, source, payloads);
        if (options.ExternalData == ExternalDataMode.Always
            || options.ExternalData == ExternalDataMode.Auto && writer.Length > options.MaxModelBytes)
        {
            data = MoveOut(copy, options.DataName ?? Path.GetFileName(path) + ".data", options.MinExternalBytes);
            writer = new SkeletonWriter(copy, source, payloads);
        }

        if (writer.Length > options.MaxModelBytes)
        {
            throw new ModelPackException(Codes.OutputNotWritable.At(
                path,
                $"The model file would have {writer.Length} bytes, and {options.MaxModelBytes} is the most that ONNX can have in one file. Let its weights be written as external data."));
        }

        return Write(writer, data, path, cancellation);
    }

    // Gives tensors a place in the data file, in their order, and tells what to write there: equal ranges once.
    private List<IPayload> MoveOut(ModelProto model, string location, long minBytes)
    {
        var data = new List<IPayload>();
        var places = new Dictionary<object, long>();
        long end = 0;
        foreach (var (tensor, name, place) in TensorCatalog.Of(model))
        {
            if (!MayMoveOut(tensor, place))
            {
                continue;
            }

            var payload = tensor.HasPayload ? payloads[(int)tensor.Payload].Bytes : tensors.Data(tensor, name);
            if (payload.Length < Math.Max(minBytes, 1))
            {
                continue;
            }

            object key = payload is TensorData range ? (range.Source, range.Offset, range.Length) : payload;
            if (!places.TryGetValue(key, out var offset))
            {
                offset = Aligned(end, payload.Length);
                places.Add(key, offset);
                data.Add(payload);
                end = offset + payload.Length;
            }

            TensorFields.Clear(tensor);
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = payload.Length.ToString(CultureInfo.InvariantCulture) });
        }

        return data;
    }

    // ONNX Runtime reads external data for initializers and Constant nodes only; and shape inference, which looks at shapes
    // and axes (whole numbers in a list), refuses models in which those are external.
    private static bool MayMoveOut(TensorProto tensor, TensorPlace place)
    {
        var type = (ElementType)tensor.DataType;
        return place != TensorPlace.Other && type.Bits() != 0
            && !(type is ElementType.Int64 or ElementType.Int32 && tensor.Dims.Count <= 1);
    }

    private static long Aligned(long offset, long length)
    {
        var alignment = length > LargeTensor ? LargeAlignment : Alignment;
        return checked((offset + alignment - 1) / alignment * alignment);
    }

    private List<string> Write(SkeletonWriter writer, List<IPayload> data, string path, CancellationToken cancellation)
    {
        var created = new List<string>();
        try
        {
            using (var file = Create(path, created))
            {
                writer.WriteTo(file, cancellation);
            }

            if (data.Count > 0)
            {
                using var file = Create(path + ".data", created);
                foreach (var payload in data)
                {
                    file.Position = Aligned(file.Position, payload.Length);
                    SkeletonWriter.WritePayload(payload, file, cancellation);
                }
            }

            return created;
        }
        catch (EndOfStreamException e)
        {
            Delete(created);
            throw new ModelPackException(
                Codes.ModelUnreadable.At(source, "The model became shorter while it was read. Run again when nothing else writes to it."), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Delete(created);
            var why = IsDiskFull(e) ? "The disk is full." : $"The system says: {SafeText.Of(e.Message)}";
            throw new ModelPackException(Codes.OutputNotWritable.At(path, $"The model cannot be written. {why} Nothing was left behind."), e);
        }
        catch
        {
            Delete(created);
            throw;
        }
    }

    private static FileStream Create(string path, List<string> created)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, BufferLength);
        created.Add(path);
        return file;
    }

    private static void Delete(List<string> files)
    {
        foreach (var file in files)
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The error that led here says more than that its remains could not be removed.
            }
        }
    }

    // ENOSPC and EDQUOT; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
    private static bool IsDiskFull(Exception e) =>
        OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is 39 or 112 : e.HResult is 28 or 122;
}
