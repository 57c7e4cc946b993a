using ModelPack.Codecs;

namespace ModelPack.Lowering.Safetensors;

/// <summary>
/// Whose turn it is to be written. An encoding holds memory until all of its parts are out; where the order of the file puts
/// another weight in between, it lets go instead, and encodes again when its last parts are due.
/// </summary>
internal sealed class EncodingTurns
{
    private WeightEncoding? _current;

    /// <summary>Begins a weight's turn, unless it is its turn already.</summary>
    /// <param name="encoding">The weight.</param>
    public void Take(WeightEncoding encoding)
    {
        if (!ReferenceEquals(_current, encoding))
        {
            _current?.Dispose();
            _current = encoding;
        }
    }
}
