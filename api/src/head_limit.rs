//! A limit to the time that the head of a request takes. A connection may rest between requests as long as it
//! likes; the server's own limit would end that rest, too.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Whose turn it is on a connection: an even number while the caller's request comes in, an odd one while it is
/// answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Arc<AtomicU64>);

/// A request that is being answered; over when it is dropped.
pub(crate) struct Turn(Turns);

impl Turns {
    /// The head has come.
    pub(crate) fn begin(&self) -> Turn {
        self.0.fetch_add(1, Ordering::Relaxed);
        Turn(self.clone())
    }

    fn current(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A stream that fails when a head that has begun does not come.
pub(crate) struct HeadLimit<S> {
    stream: S,
    limit: Duration,
    turns: Turns,
    /// When the head of a turn must have come.
    begun: Option<(u64, Pin<Box<Sleep>>)>,
}

impl<S> HeadLimit<S> {
    pub(crate) fn new(stream: S, limit: Duration, turns: Turns) -> Self {
        Self { stream, limit, turns, begun: None }
    }

    /// Something of this turn's request was read.
    fn begin(&mut self, turn: u64) {
        let is_begun = self.begun.as_ref().is_some_and(|(begun, _)| *begun == turn);
        if turn.is_multiple_of(2) && !is_begun {
            self.begun = Some((turn, Box::pin(sleep(self.limit))));
        }
    }

    /// Whether this turn's head was begun too long ago. A head that has come is in time for ever.
    fn is_late(&mut self, turn: u64, context: &mut Context<'_>) -> bool {
        self.begun.take_if(|(begun, _)| *begun != turn);
        self.begun.as_mut().is_some_and(|(_, limit)| limit.as_mut().poll(context).is_ready())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HeadLimit<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (turn, before) = (self.turns.current(), buffer.filled().len());
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.begin(turn);
        }
        if self.is_late(turn, context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HeadLimit<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn a_head_has_a_limit_and_a_rest_has_none() {
        let (mut caller, stream) = duplex(64);
        let (turns, limit) = (Turns::default(), Duration::from_millis(50));
        let mut stream = HeadLimit::new(stream, limit, turns.clone());
        for _ in 0..2 {
            let rest = tokio::time::timeout(limit * 4, stream.read_u8()).await;
            assert!(rest.is_err(), "a rest was ended");
            caller.write_u8(b'G').await.unwrap();
            assert_eq!(stream.read_u8().await.unwrap(), b'G');
            drop(turns.begin());
        }
        caller.write_u8(b'G').await.unwrap();
        stream.read_u8().await.unwrap();
        let late = stream.read_u8().await.unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }
}
