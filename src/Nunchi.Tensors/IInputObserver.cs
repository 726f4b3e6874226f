namespace Nunchi.Tensors;

/// <summary>Sees what is multiplied with which weight.</summary>
public interface IInputObserver
{
    /// <summary>Comes before a product x W^T.</summary>
    /// <param name="weight">[out, in].</param>
    /// <param name="x">[rows, in]; its values may be read during the call only.</param>
    void Multiplying(Tensor weight, Tensor x);
}
